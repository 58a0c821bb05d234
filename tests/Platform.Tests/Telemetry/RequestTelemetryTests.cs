using System.Diagnostics;
using System.Net;
using Tideline.Platform.Telemetry;
using Tideline.Platform.Telemetry.Traces;
using Tideline.Testing;

namespace Tideline.Platform.Tests.Telemetry;

public sealed class RequestTelemetryTests(TelemetryAppFixture fixture) : IClassFixture<TelemetryAppFixture>
{
    private TelemetryApp App => fixture.App;

    [Fact]
    public async Task The_server_span_is_named_and_described()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/things/{Guid.NewGuid()}?q=canary");
        request.Headers.Add("Signed-In", "yes");
        var span = Assert.Single(await SpansOf(request));
        Assert.Equal("GET /things/{id}", span.Name);
        Assert.Equal("server", span.Kind);
        Assert.Null(span.ParentSpanId);
        Assert.Equal("unset", span.Status);
        Assert.Equal("GET", span.Tags["http.request.method"]);
        Assert.Equal("/things/{id:guid}", span.Tags["http.route"]);
        Assert.Equal("200", span.Tags["http.response.status_code"]);
        Assert.StartsWith("/things/", span.Tags["url.path"], StringComparison.Ordinal);
        Assert.Equal(TelemetryApp.Tenant.ToString(), span.Tags["tideline.tenant"]);
        Assert.Equal("things", span.Tags["tideline.service"]);
        Assert.DoesNotContain(span.Tags.Values, v => v.Contains("canary", StringComparison.Ordinal));
        Assert.True(span.DurationMs > 0);
    }

    [Fact]
    public async Task A_trace_from_outside_goes_on_and_comes_back()
    {
        var traceId = ActivityTraceId.CreateRandom().ToHexString();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/things/{Guid.NewGuid()}");
        request.Headers.Add("traceparent", $"00-{traceId}-00f067aa0ba902b7-01");
        var span = Assert.Single(await SpansOf(request));
        Assert.Equal(traceId, span.TraceId);
        Assert.Equal("00f067aa0ba902b7", span.ParentSpanId);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    [InlineData("00-zz000000000000000000000000000001-00f067aa0ba902b7-01")]
    public async Task A_malformed_traceparent_begins_a_new_trace(string given)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/things/{Guid.NewGuid()}");
        request.Headers.TryAddWithoutValidation("traceparent", given);
        Assert.Null(Assert.Single(await SpansOf(request)).ParentSpanId);
    }

    [Fact]
    public async Task A_refusal_keeps_its_route_and_is_no_error_of_ours()
    {
        var span = Assert.Single(await SpansOf(Get("/missing/7")));
        Assert.Equal("GET /missing/{id}", span.Name);
        Assert.Equal("404", span.Tags["http.response.status_code"]);
        Assert.Equal("unset", span.Status);
        Assert.DoesNotContain("error.type", span.Tags.Keys);
    }

    [Fact]
    public async Task A_failure_is_an_error_with_its_type_and_nothing_it_said()
    {
        var span = Assert.Single(await SpansOf(Get("/broken")));
        Assert.Equal("GET /broken", span.Name);
        Assert.Equal("error", span.Status);
        Assert.Equal("500", span.Tags["http.response.status_code"]);
        Assert.Equal("System.FormatException", span.Tags["error.type"]);
        Assert.DoesNotContain(span.Tags.Values, v => v.Contains("canary", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_route_only_the_method_names_it()
    {
        var span = Assert.Single(await SpansOf(Get("/wp-admin.php")));
        Assert.Equal("GET", span.Name);
        Assert.Equal("404", span.Tags["http.response.status_code"]);
    }

    [Fact]
    public async Task Secrets_in_a_path_are_hidden()
    {
        var span = Assert.Single(await SpansOf(Get("/links/canary-token/canary@example.com")));
        Assert.Equal("/links/***/c***@example.com", span.Tags["url.path"]);
    }

    [Fact]
    public async Task One_trace_goes_from_the_request_to_the_mail_server()
    {
        var spans = await SpansOf(new HttpRequestMessage(HttpMethod.Post, "/leads"), expected: 5);
        Assert.Equal(["POST /leads", "publish lead.created", "handle lead.created", "run send-mail", "smtp send"], spans.Select(s => s.Name));
        for (var i = 1; i < spans.Count; i++) Assert.Equal(spans[i - 1].SpanId, spans[i].ParentSpanId);
        Assert.Equal("c***@example.com", spans[1].Tags["email"]);
        Assert.Equal(spans[0].SpanId, Assert.Single(App.Traces.Roots(2_000), s => s.TraceId == spans[0].TraceId).SpanId);
        var line = Assert.Single(App.Log.Lines, l => l.Contains(spans[0].TraceId, StringComparison.Ordinal) && l.Contains("handed over", StringComparison.Ordinal));
        Assert.Contains(spans[4].SpanId, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probes_and_scrapes_are_not_recorded()
    {
        foreach (var path in new[] { "/health/live", "/metrics" })
        {
            using var response = await App.Client.GetAsync(path, TestContext.Current.CancellationToken);
            var traceId = response.Headers.GetValues("traceparent").Single().Split('-')[1];
            await SpansOf(Get($"/things/{Guid.NewGuid()}")); // later, and already there
            Assert.Empty(App.Traces.Of(traceId));
        }
    }

    [Fact]
    public async Task The_metric_has_the_same_route()
    {
        await SpansOf(Get($"/things/{Guid.NewGuid()}"));
        var text = await Eventually.Get(() => App.Client.GetStringAsync("/metrics"), t => t.Contains("/things/{id:guid}", StringComparison.Ordinal), "request metric");
        var seen = PrometheusText.Parse(text);
        Assert.Equal("histogram", seen.Types["http_server_request_duration_seconds"]);
        Assert.Equal(1, seen.Samples["""tideline_build_info{version="1.2.3"}"""]);
        Assert.DoesNotContain("""http_route="/metrics""", text, StringComparison.Ordinal);
        var (code, output) = await Promtool.RunAsync(text, "check", "metrics");
        Assert.Equal((0, ""), (code, output));
    }

    [Theory]
    [InlineData("api/leads/{id:guid}", "/api/leads/{id}")]
    [InlineData("/a/{x:regex(^\\d{{2}}$)}/b", "/a/{x}/b")]
    [InlineData("/{**rest}", "/{**rest}")]
    [InlineData("/p/{page=1}/{size?}", "/p/{page}/{size?}")]
    [InlineData("/", "/")]
    public void Templates_are_shown_without_constraints(string template, string expected) => Assert.Equal(expected, RequestRoute.Readable(template));

    private static HttpRequestMessage Get(string path) => new(HttpMethod.Get, path);

    /// <summary>Sends the request and returns the spans of the trace that the answer names.</summary>
    private async Task<IReadOnlyList<RecordedSpan>> SpansOf(HttpRequestMessage request, int expected = 1)
    {
        using var response = await App.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var parent = response.Headers.GetValues("traceparent").Single().Split('-');
        Assert.Equal(4, parent.Length);
        var spans = await Eventually.Get(() => Task.FromResult(App.Traces.Of(parent[1])), s => s.Count >= expected, "spans of the trace");
        Assert.Contains(spans, s => s.SpanId == parent[2]);
        return spans;
    }
}

/// <summary>One host for the tests of a class.</summary>
public sealed class TelemetryAppFixture : IAsyncLifetime
{
    private TelemetryApp? _app;

    internal TelemetryApp App => _app ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync() => _app = await TelemetryApp.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
    }
}
