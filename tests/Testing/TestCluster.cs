using Microsoft.Extensions.Logging.Abstractions;
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
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            cluster.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(10));
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException)
            {
                // The operating system clears its temporary folder.
            }
        };
        return cluster;
    }
}
