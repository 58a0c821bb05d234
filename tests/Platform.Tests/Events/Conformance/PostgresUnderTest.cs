using Npgsql;

namespace Tideline.Platform.Tests.Events.Conformance;

/// <summary>The default: the log in the <c>bus</c> database. Its stop is that database's.</summary>
public sealed class PostgresUnderTest : TransportUnderTest
{
    /// <inheritdoc/>
    internal override Dictionary<string, string?> Settings(string installation) => new() { ["Bus:Transport"] = "Postgres" };

    /// <inheritdoc/>
    internal override async Task StopAsync(BusHost host)
    {
        await host.ExecuteAsync("shop", $"alter database \"{Database(host)}\" allow_connections false");
        await host.ExecuteAsync("shop", $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{Database(host)}'");
    }

    /// <inheritdoc/>
    internal override Task StartAsync(BusHost host) => host.ExecuteAsync("shop", $"alter database \"{Database(host)}\" allow_connections true");

    private static string Database(BusHost host) => new NpgsqlConnectionStringBuilder(host.Databases.For("bus").Application).Database!;
}
