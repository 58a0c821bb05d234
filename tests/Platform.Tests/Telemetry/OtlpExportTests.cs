using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Tideline.Platform.Tests.Telemetry;

// Listeners see the whole process: these tests must not see each other's.
[Collection("activity listeners")]
public sealed class OtlpExportTests
{
    [Fact]
    public async Task Spans_metrics_and_logs_arrive_without_secrets_and_are_flushed_at_the_end()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var app = await TelemetryApp.StartAsync(("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url), ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=k1"), ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=tests"));
        (await app.Client.PostAsync("/leads", null, TestContext.Current.CancellationToken)).Dispose();
        (await app.Client.GetAsync("/broken", TestContext.Current.CancellationToken)).Dispose();
        (await app.Client.GetAsync("/health/live", TestContext.Current.CancellationToken)).Dispose();
        await app.StopAsync();

        var spans = collector.Sent("/v1/traces");
        foreach (var expected in new[] { "POST /leads", "smtp send", "tideline-test", "1.2.3", "http.route", "System.FormatException", "deployment.environment" })
            Assert.Contains(expected, spans, StringComparison.Ordinal);
        Assert.DoesNotContain("/health/live", spans, StringComparison.Ordinal);
        Assert.Contains("http.server.request.duration", collector.Sent("/v1/metrics"), StringComparison.Ordinal);
        var logs = collector.Sent("/v1/logs");
        Assert.Contains("handed over to c***@example.com", logs, StringComparison.Ordinal);
        Assert.Contains("exception.stacktrace", logs, StringComparison.Ordinal);
        Assert.All(collector.Posts, post =>
        {
            Assert.Equal(("application/x-protobuf", "k1"), (post.Type, post.Key));
            Assert.DoesNotContain("canary@", post.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("password=canary", post.Body, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task The_sample_ratio_holds_for_new_traces_and_a_callers_decision_is_kept()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var app = await TelemetryApp.StartAsync(("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", collector.Url + "/v1/traces"), ("Telemetry:SampleRatio", "0"));
        (await app.Client.GetAsync("/bytes/1", TestContext.Current.CancellationToken)).Dispose();
        using var sampled = new HttpRequestMessage(HttpMethod.Get, $"/things/{Guid.NewGuid()}");
        sampled.Headers.Add("traceparent", $"00-{ActivityTraceId.CreateRandom().ToHexString()}-00f067aa0ba902b7-01");
        (await app.Client.SendAsync(sampled, TestContext.Current.CancellationToken)).Dispose();
        await app.StopAsync();
        Assert.Contains("GET /things/{id}", collector.Sent("/v1/traces"), StringComparison.Ordinal);
        Assert.DoesNotContain("GET /bytes/{count}", collector.Sent("/v1/traces"), StringComparison.Ordinal);
        Assert.All(collector.Posts, post => Assert.Equal("/v1/traces", post.Path));
    }

    [Fact]
    public async Task Nothing_is_exported_unless_configured()
    {
        await using var app = await TelemetryApp.StartAsync();
        Assert.Null(app.Services.GetService<TracerProvider>());
        Assert.Null(app.Services.GetService<MeterProvider>());
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]
    public async Task A_setting_that_cannot_be_followed_stops_the_start(string key, string value)
    {
        var settings = new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1", [key] = value };
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => TelemetryApp.StartAsync([.. settings.Select(s => (s.Key, s.Value))]));
        Assert.Contains(value, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_is_away_disturbs_nobody()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop(); // nobody listens here now
        await using var app = await TelemetryApp.StartAsync(("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{port}"));
        using var response = await app.Client.GetAsync("/bytes/5", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var watch = Stopwatch.StartNew();
        await app.StopAsync();
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
    }
}
