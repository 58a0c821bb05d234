using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Tideline.Platform.Telemetry.Metrics;
using Tideline.Testing;

namespace Tideline.Platform.Tests.Telemetry;

public sealed class DatabaseMetricsTests
{
    [Fact]
    public async Task Npgsqls_metrics_name_the_pool_and_never_its_connection_string()
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var exporter = new PrometheusExporter(2_000, services.GetRequiredService<IMeterFactory>(), NullLogger<PrometheusExporter>.Instance);
        var admin = new NpgsqlConnectionStringBuilder(await TestCluster.AdminAsync()) { ApplicationName = "canary-application" };
        await using var named = new NpgsqlDataSourceBuilder(admin.ConnectionString) { Name = "metrics-test" }.Build();
        await using var nameless = NpgsqlDataSource.Create(admin.ConnectionString);
        foreach (var source in new[] { named, nameless })
        {
            await using var command = source.CreateCommand("select 1");
            await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        }
        await using var used = await named.OpenConnectionAsync(TestContext.Current.CancellationToken);

        var text = exporter.Render();

        var seen = PrometheusText.Parse(text).Samples;
        // The dashboard and the alerts use these names.
        Assert.Equal(1, seen["""db_client_connection_current{db_client_connection_pool_name="metrics-test",db_client_connection_state="used"}"""]);
        Assert.Contains("""db_client_connection_max{db_client_connection_pool_name="metrics-test"}""", seen.Keys);
        Assert.Contains(seen.Keys, k => k.Contains($"\"{admin.Database}\"", StringComparison.Ordinal));
        Assert.DoesNotContain("canary-application", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Host=", text, StringComparison.OrdinalIgnoreCase);
        var (code, output) = await Promtool.RunAsync(text, "check", "metrics");
        Assert.Equal((0, ""), (code, output));
    }
}
