using System.ComponentModel;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Tideline.Platform.EmbeddedPostgres;

/// <summary>
/// A private PostgreSQL on 127.0.0.1 that lives as long as this object. The data stays in its folder between runs; a server
/// that a killed run left behind is adopted.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    internal const string Loopback = "127.0.0.1";

    private readonly DataPlace _place;
    private readonly Server _server;
    private readonly Watchdog _watchdog;
    private readonly ILogger _logger;
    private readonly Lock _stopLock = new();
    private Task? _stop;

    private EmbeddedPostgres(DataPlace place, Server server, Watchdog watchdog, int port, string version, ILogger logger)
    {
        (_place, _server, _watchdog, _logger) = (place, server, watchdog, logger);
        (Port, Version, AdminConnectionString) = (port, version, server.ConnectionString(port));
    }

    /// <summary>Superuser <c>postgres</c> on database <c>postgres</c>. Holds the password: do not log it.</summary>
    public string AdminConnectionString { get; }

    public string Host { get; } = Loopback;

    public int Port { get; }

    /// <summary>Such as "18.4".</summary>
    public string Version { get; }

    /// <summary>Starts the server, making its cluster on first use, and returns when it answers.</summary>
    /// <exception cref="EmbeddedPostgresException">It cannot run; the message tells the operator why.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, ILogger logger, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(logger);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.DataFolder);
        if (options.Port is < 0 or > 65535) throw new EmbeddedPostgresException($"{options.Port} is not a port number.");

        var place = await DataPlace.OpenAsync(options.DataFolder, RunAs.Current, ct);
        try
        {
            return await StartAsync(place, options, logger, ct);
        }
        catch (Exception e)
        {
            place.Dispose();
            if (e is Win32Exception or IOException or UnauthorizedAccessException)
                throw new EmbeddedPostgresException($"PostgreSQL could not be started on '{place.Folder}': {e.Message}", e);
            throw;
        }
    }

    /// <summary>
    /// Stops the server: sessions are ended, what was committed is kept. Cancelling ends it at once instead; the next
    /// start recovers.
    /// </summary>
    public Task StopAsync(CancellationToken ct)
    {
        lock (_stopLock) return _stop ??= StopOnceAsync(ct);
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    private static async Task<EmbeddedPostgres> StartAsync(DataPlace place, EmbeddedPostgresOptions options, ILogger logger, CancellationToken ct)
    {
        var configuration = Configuration.Write(options, place.Log);
        var binaries = await Binaries.FindAsync(
            options.BinFolder, place.ClusterMajor, BinarySearch.OfThisProcess(), place.Copies, place.User, ct);
        await Cluster.EnsureAsync(place, binaries, options.ForTests, ct);

        var server = new Server(place, binaries, options, configuration, logger);
        var port = await server.EnsureRunningAsync(ct);
        try
        {
            var version = await server.AskVersionAsync(port, ct);
            var grace = options.OrphanGrace ?? TimeSpan.FromSeconds(options.ForTests ? 1 : 60);
            var watchdog = Watchdog.Start(place, binaries, grace, logger);
            logger.LogInformation("PostgreSQL {Version} serves {Folder} on {Host}:{Port} (programs: {Programs}).", version, place.Folder, Loopback, port, binaries.Folder);
            return new EmbeddedPostgres(place, server, watchdog, port, version, logger);
        }
        catch (Exception e)
        {
            await server.StopAsync(CancellationToken.None);
            if (e is PostgresException { SqlState: PostgresErrorCodes.InvalidPassword }) throw server.WrongPassword(e);
            throw;
        }
    }

    private async Task StopOnceAsync(CancellationToken ct)
    {
        await Task.Yield(); // leave the lock first
        try
        {
            await _server.StopAsync(ct);
            _logger.LogInformation("PostgreSQL on {Folder} has stopped.", _place.Folder);
        }
        finally
        {
            _watchdog.Dispose();
            _place.Dispose();
        }
    }
}
