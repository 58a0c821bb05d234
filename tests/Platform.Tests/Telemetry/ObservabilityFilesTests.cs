using System.Text;
using System.Text.Json;

namespace Tideline.Platform.Tests.Telemetry;

/// <summary>The files under deploy/observability are correct, as far as Prometheus' own tool can say.</summary>
public sealed class ObservabilityFilesTests
{
    private static readonly string Folder = Path.Combine(RepositoryRoot(), "deploy", "observability");

    [Fact]
    public async Task The_alert_rules_are_valid_and_fire_when_they_should()
    {
        var folder = Path.Combine(Folder, "prometheus");
        Assert.Equal(0, (await Promtool.RunAsync(null, "check", "config", Path.Combine(folder, "prometheus.yml"))).Code);
        var (code, output) = await Promtool.RunAsync(null, "test", "rules", Path.Combine(folder, "alerts.test.yml"));
        Assert.True(code == 0, output);
    }

    [Fact]
    public async Task The_dashboards_queries_can_be_read()
    {
        var queries = Queries();
        Assert.True(queries.Count > 10);
        var rules = new StringBuilder("groups:\n- name: dashboard\n  rules:\n");
        foreach (var (query, i) in queries.Select((q, i) => (q, i)))
            rules.Append("  - record: q").Append(i).Append("\n    expr: ").Append(JsonSerializer.Serialize(query)).Append('\n');
        var file = Path.Combine(Directory.CreateTempSubdirectory("tideline-dashboard-").FullName, "rules.yml");
        await File.WriteAllTextAsync(file, rules.ToString(), TestContext.Current.CancellationToken);
        var (code, output) = await Promtool.RunAsync(null, "check", "rules", file);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        Assert.True(code == 0, output);
    }

    [Fact]
    public void The_dashboards_panels_have_ids_and_places_of_their_own()
    {
        using var dashboard = Dashboard();
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();
        Assert.Equal(panels.Count, panels.Select(p => p.GetProperty("id").GetInt32()).Distinct().Count());
        var taken = new HashSet<(int, int)>();
        foreach (var place in panels.Select(p => p.GetProperty("gridPos")))
            for (var x = 0; x < place.GetProperty("w").GetInt32(); x++)
                for (var y = 0; y < place.GetProperty("h").GetInt32(); y++)
                    Assert.True(taken.Add((place.GetProperty("x").GetInt32() + x, place.GetProperty("y").GetInt32() + y)), "panels overlap");
        Assert.All(taken, t => Assert.InRange(t.Item1, 0, 23));
    }

    private static List<string> Queries()
    {
        using var dashboard = Dashboard();
        return [.. dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .Where(p => p.TryGetProperty("targets", out _))
            .SelectMany(p => p.GetProperty("targets").EnumerateArray())
            .Select(t => t.GetProperty("expr").GetString()!
                .Replace("$__rate_interval", "5m", StringComparison.Ordinal).Replace("$instance", ".*", StringComparison.Ordinal))];
    }

    private static JsonDocument Dashboard() => JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "grafana", "tideline.json")));

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Tideline.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Tests run outside a checkout.");
    }
}
