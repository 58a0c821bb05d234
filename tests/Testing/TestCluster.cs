using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Tideline.Platform.EmbeddedPostgres;

namespace Tideline.Testing;

/// <summary>One throw-away PostgreSQL a test process: real, but without waiting for the disk.</summary>
public static class TestCluster
{
    private static readonly Lazy<Task<EmbeddedPostgres>> Cluster = new(StartAsync);
    private static int _number;

    /// <summary>Connection string of the superuser.</summary>
    public static async Task<string> AdminAsync() => (await Cluster.Value).AdminConnectionString;

    /// <summary>A prefix for database names that no other test uses.</summary>
    public static string NextPrefix() => $"t{Environment.ProcessId}_{Interlocked.Increment(ref _number)}";

    private static async Task<EmbeddedPostgres> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("tideline-test-").FullName;
        var options = new EmbeddedPostgresOptions { DataFolder = folder, ForTests = true, Settings = new Dictionary<string, string> { ["max_connections"] = "600" } };
        var cluster = await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, CancellationToken.None);
        var (server, place) = await WhereAsync(cluster);
        // Nothing here is to be kept, and there may be hundreds of databases: a runner that ends waits neither for a last checkpoint nor for their files.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Process.Start(new ProcessStartInfo("setsid",
            ["sh", "-c", $"kill -QUIT {server}; sleep 2; rm -rf '{place}' '{folder}'"])
        { RedirectStandardOutput = true, RedirectStandardError = true });
        return cluster;
    }

    private static async Task<(int Server, string Place)> WhereAsync(EmbeddedPostgres cluster)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(cluster.AdminConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("show data_directory", connection);
        var data = (string)(await command.ExecuteScalarAsync())!;
        return (int.Parse((await File.ReadAllLinesAsync(Path.Combine(data, "postmaster.pid")))[0], CultureInfo.InvariantCulture), Path.GetDirectoryName(data)!);
    }
}
