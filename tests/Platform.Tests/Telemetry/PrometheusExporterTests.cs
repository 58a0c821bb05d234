using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Tideline.Platform.Telemetry.Metrics;

namespace Tideline.Platform.Tests.Telemetry;

public sealed class PrometheusExporterTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly PrometheusExporter _exporter;
    private readonly Meter _meter;

    // Meters of this factory are seen by this exporter only, so tests can run side by side.
    private IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public PrometheusExporterTests()
    {
        _exporter = new PrometheusExporter(5, Meters, NullLogger<PrometheusExporter>.Instance);
        _meter = Meters.Create("Tideline.ExporterTests");
    }

    public void Dispose()
    {
        _exporter.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void Counters_are_totals_in_base_units()
    {
        var counter = _meter.CreateCounter<long>("tideline.sent", "{message}", "Messages\nsent \\ all");
        counter.Add(2, new KeyValuePair<string, object?>("channel", "email"));
        counter.Add(3, new KeyValuePair<string, object?>("channel", "email"));
        _meter.CreateCounter<double>("tideline.waited", "ms").Add(1500);
        _meter.CreateCounter<long>("tideline.items.count").Add(1);
        _meter.CreateCounter<long>("tideline.read", "By").Add(7);

        var seen = PrometheusText.Parse(_exporter.Render());

        Assert.Equal(5, seen.Samples["""tideline_sent_total{channel="email"}"""]);
        Assert.Equal(1.5, seen.Samples["tideline_waited_seconds_total"]);
        Assert.Equal(1, seen.Samples["tideline_items_total"]);
        Assert.Equal(7, seen.Samples["tideline_read_bytes_total"]);
        Assert.Contains("# HELP tideline_sent_total Messages\\nsent \\\\ all\n", _exporter.Render(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_counter_never_falls()
    {
        var counter = _meter.CreateCounter<double>("tideline.fallen");
        counter.Add(4);
        counter.Add(-3);
        counter.Add(double.NaN);
        Assert.Equal(4, PrometheusText.Parse(_exporter.Render()).Samples["tideline_fallen_total"]);
    }

    [Fact]
    public void Gauges_hold_the_last_value_and_up_down_counters_the_sum()
    {
        var gauge = _meter.CreateGauge<int>("tideline.level.count");
        gauge.Record(7);
        gauge.Record(4);
        var open = _meter.CreateUpDownCounter<int>("tideline.open");
        open.Add(5);
        open.Add(-2);
        var seen = PrometheusText.Parse(_exporter.Render());
        Assert.Equal(4, seen.Samples["tideline_level_current"]);
        Assert.Equal(3, seen.Samples["tideline_open"]);
        Assert.Equal("gauge", seen.Types["tideline_open"]);
    }

    [Fact]
    public void Histograms_have_cumulative_buckets_of_the_advised_bounds()
    {
        var histogram = _meter.CreateHistogram("tideline.took", "s", "Time", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (var value in new[] { 0.05, 0.1, 0.5, 30, double.NaN }) histogram.Record(value, new KeyValuePair<string, object?>("kind", "a"));
        var seen = PrometheusText.Parse(_exporter.Render()).Samples;
        Assert.Equal(2, seen["""tideline_took_seconds_bucket{kind="a",le="0.1"}"""]);
        Assert.Equal(3, seen["""tideline_took_seconds_bucket{kind="a",le="1"}"""]);
        Assert.Equal(4, seen["""tideline_took_seconds_bucket{kind="a",le="+Inf"}"""]);
        Assert.Equal(4, seen["""tideline_took_seconds_count{kind="a"}"""]);
        Assert.Equal(30.65, seen["""tideline_took_seconds_sum{kind="a"}"""], 6);
    }

    [Fact]
    public void The_order_of_tags_makes_no_second_series_and_values_are_escaped()
    {
        var counter = _meter.CreateCounter<long>("tideline.escaped");
        counter.Add(1, new("b", "x\"y\\z\nw"), new KeyValuePair<string, object?>("a.a", true));
        counter.Add(1, new("a.a", true), new KeyValuePair<string, object?>("b", "x\"y\\z\nw"));
        counter.Add(1, new("a_a", 2), new KeyValuePair<string, object?>("a.a", 1));
        var seen = PrometheusText.Parse(_exporter.Render()).Samples;
        Assert.Equal(2, seen["""tideline_escaped_total{a_a="true",b="x\"y\\z\nw"}"""]);
        Assert.Equal(1, seen["""tideline_escaped_total{a_a="2;1"}"""]);
    }

    [Fact]
    public void Beyond_the_cap_everything_is_counted_in_one_overflow_series()
    {
        var counter = _meter.CreateCounter<long>("tideline.many");
        Parallel.For(0, 1_000, i => counter.Add(1, new KeyValuePair<string, object?>("id", i)));
        var seen = PrometheusText.Parse(_exporter.Render()).Samples.Where(s => s.Key.StartsWith("tideline_many_total", StringComparison.Ordinal)).ToDictionary();
        Assert.Equal(6, seen.Count);
        Assert.Equal(995, seen["""tideline_many_total{otel_metric_overflow="true"}"""]);
        Assert.Equal(1_000, seen.Values.Sum());
    }

    [Fact]
    public void What_is_no_longer_observed_is_no_longer_shown()
    {
        var queues = new List<string> { "a", "b" };
        _meter.CreateObservableGauge("tideline.queue.length", () => queues.Select(q => new Measurement<int>(q.Length, new KeyValuePair<string, object?>("queue", q))));
        Assert.Equal(2, PrometheusText.Parse(_exporter.Render()).Samples.Count(s => s.Key.StartsWith("tideline_queue_length", StringComparison.Ordinal)));
        queues.Remove("a");
        Assert.Equal(
            """tideline_queue_length{queue="b"}""",
            Assert.Single(PrometheusText.Parse(_exporter.Render()).Samples.Keys, k => k.StartsWith("tideline_queue_length", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_callback_that_throws_takes_only_itself_along()
    {
        _meter.CreateObservableGauge("tideline.broken", int () => throw new InvalidOperationException("broken"));
        _meter.CreateObservableGauge("tideline.whole", () => 1);
        var seen = PrometheusText.Parse(_exporter.Render()).Samples;
        Assert.Equal(1, seen["tideline_whole"]);
        Assert.DoesNotContain("tideline_broken", seen.Keys);
    }

    [Fact]
    public void Unwanted_meters_other_hosts_and_a_name_with_two_types_are_left_out()
    {
        using var unwanted = new Meter("Somebody.Else");
        unwanted.CreateCounter<long>("somebody.elses").Add(1);
        using var otherHost = new ServiceCollection().AddMetrics().BuildServiceProvider();
        otherHost.GetRequiredService<IMeterFactory>().Create("Tideline.ExporterTests").CreateCounter<long>("tideline.of.other.host").Add(1);
        _meter.CreateGauge<int>("tideline.twice").Record(3);
        _meter.CreateHistogram<int>("tideline.twice").Record(9);
        var seen = PrometheusText.Parse(_exporter.Render());
        Assert.DoesNotContain("somebody_elses_total", seen.Types.Keys);
        Assert.DoesNotContain("tideline_of_other_host_total", seen.Types.Keys);
        Assert.Equal("gauge", seen.Types["tideline_twice"]);
        Assert.Equal(3, seen.Samples["tideline_twice"]);
    }

    [Fact]
    public void Labels_hold_no_connection_strings_secrets_or_addresses()
    {
        var counter = _meter.CreateCounter<long>("tideline.leaks");
        counter.Add(1, new KeyValuePair<string, object?>("pool", "Host=10.1.2.3;Port=5432;Username=app;Password=canary1;Database=leads"));
        counter.Add(1, new KeyValuePair<string, object?>("to", "canary2@example.com"));
        counter.Add(1, new KeyValuePair<string, object?>("apiToken", "canary3"));
        counter.Add(1, new KeyValuePair<string, object?>("number", "+46701234567"));
        var text = _exporter.Render();
        var seen = PrometheusText.Parse(text).Samples;
        Assert.Contains("""tideline_leaks_total{pool="leads"}""", seen.Keys);
        foreach (var canary in new[] { "canary1", "canary2", "canary3", "0123456", "10.1.2.3" }) Assert.DoesNotContain(canary, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Promtool_has_nothing_to_object_to()
    {
        _meter.CreateHistogram<double>("tideline.handled", "ms", "d").Record(4);
        _meter.CreateCounter<long>("tideline.jobs.failed", "{job}", "d").Add(4);
        _meter.CreateUpDownCounter<long>("db.client.connection.count", "{connection}", "d").Add(4);
        using var own = Meters.Create("System.Net.Http");
        own.CreateHistogram<double>("http.client.request.duration", "s", "d").Record(4);
        GC.Collect();
        var text = _exporter.Render();
        Assert.Contains("dotnet_gc_collections_total", text, StringComparison.Ordinal); // the runtime's meter is in it
        var (code, output) = await Promtool.RunAsync(text, "check", "metrics");
        Assert.Equal("", output);
        Assert.Equal(0, code);
    }
}
