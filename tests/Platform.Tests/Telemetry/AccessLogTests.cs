using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Tideline.Testing;

namespace Tideline.Platform.Tests.Telemetry;

public sealed class AccessLogTests(TelemetryAppFixture fixture) : IClassFixture<TelemetryAppFixture>
{
    private TelemetryApp App => fixture.App;

    [Fact]
    public async Task A_request_is_one_line_without_what_was_in_it()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/links/canary-token/canary@example.com?q=canary");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "canary");
        request.Headers.Add("Signed-In", "yes");
        request.Headers.Add("Cookie", "canary=canary");
        var line = await LineOf(request);
        Assert.DoesNotContain("canary", line.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("info", line.GetProperty("level").GetString());
        Assert.Equal("GET", line.GetProperty("method").GetString());
        Assert.Equal("/links/{token}/{email}", line.GetProperty("route").GetString());
        Assert.Equal(200, line.GetProperty("status").GetInt32());
        Assert.True(line.GetProperty("durationMs").GetDouble() > 0);
        Assert.Equal("127.0.0.1", line.GetProperty("ip").GetString());
        Assert.Equal(TelemetryApp.Tenant, line.GetProperty("tenant").GetGuid());
        Assert.Equal(TelemetryApp.User, line.GetProperty("user").GetGuid());
    }

    [Fact]
    public async Task All_bytes_of_the_answer_are_counted()
    {
        Assert.Equal(100_010, (await LineOf(new HttpRequestMessage(HttpMethod.Get, "/bytes/100000"))).GetProperty("bytes").GetInt64());
        Assert.Equal(10, (await LineOf(new HttpRequestMessage(HttpMethod.Get, "/bytes/0"))).GetProperty("bytes").GetInt64());
        Assert.Equal(36, (await LineOf(new HttpRequestMessage(HttpMethod.Get, $"/things/{Guid.NewGuid()}"))).GetProperty("bytes").GetInt64());
    }

    [Theory]
    [InlineData("/missing/1", "/missing/{id:int}", 404)]
    [InlineData("/broken", "/broken", 500)]
    [InlineData("/canary/path", "(none)", 404)]
    public async Task Refusals_and_failures_are_logged_with_their_route(string path, string route, int status)
    {
        var line = await LineOf(new HttpRequestMessage(HttpMethod.Get, path));
        Assert.Equal((route, status), (line.GetProperty("route").GetString(), line.GetProperty("status").GetInt32()));
        Assert.DoesNotContain("canary", line.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(App.Log.Lines, l => l.Contains("password=canary", StringComparison.Ordinal) || l.Contains("canary@", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Probes_and_scrapes_write_nothing()
    {
        await App.Client.GetStringAsync("/health/live", TestContext.Current.CancellationToken);
        await App.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        await LineOf(new HttpRequestMessage(HttpMethod.Get, "/bytes/1"));
        Assert.DoesNotContain(App.Log.Lines, l => l.Contains("/health", StringComparison.Ordinal) || l.Contains("/metrics", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_can_be_turned_off_and_so_can_the_traces()
    {
        await using var quiet = await TelemetryApp.StartAsync(("Telemetry:AccessLog", "false"), ("Telemetry:RecentSpans", "0"));
        using var response = await quiet.Client.GetAsync("/bytes/1", TestContext.Current.CancellationToken);
        await quiet.StopAsync();
        Assert.Empty(quiet.Log.Lines);
        Assert.Empty(quiet.Traces.Of(response.Headers.GetValues("traceparent").Single().Split('-')[1]));
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("Basic !", HttpStatusCode.Unauthorized)]
    [InlineData("x:wrong", HttpStatusCode.Unauthorized)]
    [InlineData("prometheus:right: one", HttpStatusCode.OK)]
    public async Task Metrics_can_be_closed_by_a_password(string? given, HttpStatusCode expected)
    {
        await using var closed = await TelemetryApp.StartAsync(("Telemetry:MetricsPassword", "right: one"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (given is not null)
            request.Headers.TryAddWithoutValidation("Authorization", given.StartsWith("Basic", StringComparison.Ordinal) ? given : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(given)));
        using var response = await closed.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(expected, response.StatusCode);
    }

    private async Task<JsonElement> LineOf(HttpRequestMessage request)
    {
        using var response = await App.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var traceId = response.Headers.GetValues("traceparent").Single().Split('-')[1];
        var lines = await Eventually.Get(
            () => Task.FromResult(App.Log.Lines.Where(l => l.Contains(traceId, StringComparison.Ordinal) && l.Contains("Tideline.Access", StringComparison.Ordinal)).ToList()),
            l => l.Count > 0, "access line");
        return JsonDocument.Parse(Assert.Single(lines)).RootElement;
    }
}
