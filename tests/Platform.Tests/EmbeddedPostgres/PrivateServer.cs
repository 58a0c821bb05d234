using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;
using Tideline.Platform.EmbeddedPostgres;
using Postgres = Tideline.Platform.EmbeddedPostgres.EmbeddedPostgres;

namespace Tideline.Platform.Tests.EmbeddedPostgres;

/// <summary>A data folder for one test, removed after it, with the servers that the test started on it.</summary>
public sealed class PrivateServer : IAsyncDisposable
{
    private readonly List<Postgres> _started = [];

    public string Folder { get; } = Directory.CreateTempSubdirectory("tideline-pg-").FullName;
    public RecordingLogger Logger { get; } = new();
    public string Cluster => Path.Combine(Folder, "cluster");

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public EmbeddedPostgresOptions Options => new() { DataFolder = Folder, ForTests = true };

    public Task<Postgres> StartAsync() => StartAsync(Options);

    public async Task<Postgres> StartAsync(EmbeddedPostgresOptions options)
    {
        var server = await Postgres.StartAsync(options, Logger, Ct);
        _started.Add(server);
        return server;
    }

    public static async Task<string> AskAsync(Postgres server, string sql) => await AskAsync(server.AdminConnectionString, sql);

    public static async Task<string> AskAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        return (await command.ExecuteScalarAsync(Ct))?.ToString() ?? "";
    }

    /// <summary>Waits for the end of a server that is nobody's child, so that only looking tells.</summary>
    internal static Task EndOfAsync(Postmaster server) => UntilAsync(() => !server.IsAlive());

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _started) await server.DisposeAsync();
        // A killed server's children and its watchdog may still be leaving the folder.
        await UntilAsync(() =>
        {
            try
            {
                Directory.Delete(Folder, recursive: true);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        });
    }

    private static async Task UntilAsync(Func<bool> happened)
    {
        var since = Stopwatch.GetTimestamp();
        while (!happened())
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(60), "It did not happen within a minute.");
            await Task.Delay(20, CancellationToken.None);
        }
    }

    public sealed class RecordingLogger : ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{formatter(state, exception)} {exception}");
    }
}
