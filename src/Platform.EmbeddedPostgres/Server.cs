using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Tideline.Platform.EmbeddedPostgres;

/// <summary>
/// Starts, adopts and stops the server of one cluster. pg_ctl puts the server into a session of its own, so that Ctrl-C in
/// our terminal does not reach it before we have stopped using it.
/// </summary>
internal sealed class Server(DataPlace place, Binaries binaries, EmbeddedPostgresOptions options, string configuration, ILogger logger)
{
    private const int PortAttempts = 5;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestTransition = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_longestFirstSign = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestChildren = TimeSpan.FromSeconds(20);

    // Recovery after a crash may have much to replay; a cancelled start ends it earlier.
    private const string LongestStart = "3600";
    private const string LongestFastStop = "30";

    private string ConfigurationFile => Path.Combine(place.Cluster, Configuration.FileName);

    /// <summary>The port of the running server: one left over that still fits, or a new one.</summary>
    public async Task<int> EnsureRunningAsync(CancellationToken ct)
    {
        if (await SettleLeftoverAsync(ct) is { } leftover)
        {
            if (await FitsAsync(leftover, ct))
            {
                logger.LogInformation("Adopted the PostgreSQL (process {Process}) that an earlier run left on {Folder}.", leftover.ProcessId, place.Folder);
                return leftover.Port;
            }
            logger.LogInformation("Restarting the PostgreSQL (process {Process}) that an earlier run left: its settings were others.", leftover.ProcessId);
            await StopAsync(ct);
        }
        return await StartAsync(ct);
    }

    public async Task StopAsync(CancellationToken ct)
    {
        if (Postmaster.Read(place.Cluster)?.IsAlive() != true) return;
        try
        {
            var (exit, output) = await PgCtlAsync(["stop", "-m", "fast", "-w", "-t", LongestFastStop], ct);
            if (exit == 0 || Postmaster.Read(place.Cluster)?.IsAlive() != true) return;
            logger.LogWarning("PostgreSQL did not stop in {Seconds} s, ending it at once: {Output}", LongestFastStop, output);
        }
        catch (OperationCanceledException)
        {
            logger.LogWarning("No time left to stop PostgreSQL in order, ending it at once; the next start recovers.");
        }
        await PgCtlAsync(["stop", "-m", "immediate", "-w", "-t", LongestFastStop], CancellationToken.None);
    }

    public string ConnectionString(int port) => new NpgsqlConnectionStringBuilder
    {
        Host = EmbeddedPostgres.Loopback,
        Port = port,
        Username = Cluster.Superuser,
        Password = place.ReadPassword(),
        Database = "postgres",
        // It never leaves the machine, and asking for encryption costs a round trip per connection.
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    /// <summary>The version of the server that answers our password there.</summary>
    public async Task<string> AskVersionAsync(int port, CancellationToken ct)
    {
        var answer = await AskAsync(port, "server_version", ct);
        return answer.Split(' ')[0]; // "15.18 (Debian …)"
    }

    /// <summary>Waits until a server of an earlier run is either ready or gone.</summary>
    private async Task<Postmaster?> SettleLeftoverAsync(CancellationToken ct)
    {
        var since = Stopwatch.GetTimestamp();
        while (Postmaster.Read(place.Cluster) is { } postmaster)
        {
            if (!postmaster.IsAlive())
            {
                postmaster.RemoveIfNumberWasReused(place.Cluster);
                return null;
            }
            if (postmaster.IsReady) return postmaster;
            if (Stopwatch.GetElapsedTime(since) > s_longestTransition)
                throw new EmbeddedPostgresException(
                    $"A PostgreSQL (process {postmaster.ProcessId}) works on '{place.Cluster}' and gets neither ready nor done. See '{place.Log}'.");
            await Task.Delay(s_pause, ct);
        }
        return null;
    }

    private async Task<bool> FitsAsync(Postmaster leftover, CancellationToken ct)
    {
        string folder;
        try
        {
            folder = await AskAsync(leftover.Port, "data_directory", ct);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification)
        {
            throw WrongPassword(e);
        }
        catch (NpgsqlException e)
        {
            // Not there any more, or stuck: it is ours to end, as the lock is ours.
            logger.LogWarning(e, "The PostgreSQL that an earlier run left does not answer.");
            return false;
        }
        return Path.GetFullPath(folder) == place.Cluster
            && File.Exists(ConfigurationFile)
            && await File.ReadAllTextAsync(ConfigurationFile, ct) == configuration
            && (options.Port is null or 0 || options.Port == leftover.Port);
    }

    private async Task<int> StartAsync(CancellationToken ct)
    {
        await File.WriteAllTextAsync(ConfigurationFile, configuration, ct);
        place.User.Own(ConfigurationFile);

        var since = Stopwatch.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var port = ChoosePort(attempt == 1 ? place.LastPort() : null);
            var log = new ServerLog(place.Log);
            var exit = await StartOnceAsync(port, ct);
            if (exit == 0)
            {
                place.RememberPort(port);
                return port;
            }

            var said = log.Since();
            // Children of a killed server take a moment to notice.
            if (said.Contains("pre-existing shared memory block", StringComparison.Ordinal) && Stopwatch.GetElapsedTime(since) < s_longestChildren)
            {
                await Task.Delay(s_pause, ct);
                attempt--;
                continue;
            }
            var portTaken = said.Contains("could not create any TCP/IP sockets", StringComparison.Ordinal);
            if (portTaken && options.Port is not (null or 0))
                throw PortTaken(port);
            if (!portTaken || attempt >= PortAttempts)
                throw new EmbeddedPostgresException($"PostgreSQL {binaries.Version} did not start on '{place.Cluster}'. It said:{Environment.NewLine}{said}");
        }
    }

    private async Task<int> StartOnceAsync(int port, CancellationToken ct)
    {
        try
        {
            // These three on the command line, where no file and no ALTER SYSTEM can change them.
            var network = $"-c listen_addresses={EmbeddedPostgres.Loopback} -c port={port} -c unix_socket_directories=";
            string[] arguments = ["start", "-w", "-t", LongestStart, "-l", Path.Combine(place.Log, "start.log"), "-o", network];
            return (await PgCtlAsync(arguments, ct, leavesChild: true)).ExitCode;
        }
        catch (OperationCanceledException)
        {
            await AbandonStartAsync();
            throw;
        }
    }

    private async Task AbandonStartAsync()
    {
        // pg_ctl may have been ended before the server it started has written its process id.
        var since = Stopwatch.GetTimestamp();
        while (Postmaster.Read(place.Cluster)?.IsAlive() != true && Stopwatch.GetElapsedTime(since) < s_longestFirstSign)
            await Task.Delay(s_pause, CancellationToken.None);
        await StopAsync(CancellationToken.None);
    }

    private int ChoosePort(int? last)
    {
        if (options.Port is { } given and not 0) return IsFree(given) ? given : throw PortTaken(given);
        if (last is { } known && IsFree(known)) return known;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task<string> AskAsync(int port, string setting, CancellationToken ct)
    {
        var connectionString = new NpgsqlConnectionStringBuilder(ConnectionString(port)) { Pooling = false, Timeout = 10, CommandTimeout = 10 }.ConnectionString;
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand("select current_setting($1)", connection) { Parameters = { new() { Value = setting } } };
        return (string)(await command.ExecuteScalarAsync(ct))!;
    }

    public EmbeddedPostgresException WrongPassword(Exception e) => new(
        $"The PostgreSQL on '{place.Cluster}' does not accept the password in '{place.PasswordFile}'. Restore the file, or move the folder away to start afresh.", e);

    private static EmbeddedPostgresException PortTaken(int port) => new(
        $"Port {port} on {EmbeddedPostgres.Loopback} is not free for PostgreSQL. Stop the program that has it, or choose another port (0: any).");

    private Task<ToolResult> PgCtlAsync(string[] arguments, CancellationToken ct, bool leavesChild = false) =>
        place.User.RunAsync(binaries.PgCtl, [.. arguments, "-D", place.Cluster], place.Folder, ct, leavesChild);
}
