using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Tideline.Testing;

namespace Tideline.Services.Tests.Gateway;

/// <summary>The way of a request to a service in another process, on good days and bad.</summary>
public sealed class RoutingTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("POST", true)]
    [InlineData("POST", false)]
    [InlineData("PUT", true)]
    [InlineData("DELETE", false)]
    public async Task What_may_have_reached_a_copy_is_not_sent_to_another(string method, bool hasBody)
    {
        await using var dying = new DyingService();
        await using var sound = await FakeService.StartAsync();
        await using var gateway = await GatewayHost.StartAsync([dying.Address, sound.Address], ("Gateway:EjectFor", "00:00:00.050"));
        using var client = gateway.Anonymous();
        // Connections that were good once: on those the client's own repetition would strike.
        for (var i = 0; i < 20; i++) (await client.Http.GetAsync("/api/leads/warm", Ct)).Dispose();

        var broken = 0;
        for (var i = 0; i < 40; i++)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), "/api/leads/one/" + i);
            if (hasBody) request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
            using var response = await client.Http.SendAsync(request, Ct);
            if (response.StatusCode == HttpStatusCode.OK) continue;
            Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
            Assert.Equal("outcome_unknown", JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!["code"]!.GetValue<string>());
            broken++;
            await Task.Delay(60, Ct); // until the ejected copy is asked again
        }
        Assert.True(broken > 3, $"Only {broken} requests met the dying copy.");
        var arrived = dying.Taken.Concat(sound.Seen.Select(s => s.Path)).Where(p => p.Contains("/one/", StringComparison.Ordinal)).ToList();
        Assert.Equal(40, arrived.Count);
        Assert.Equal(40, arrived.Distinct().Count());
    }

    /// <summary>The other side of the one above: what may be repeated is, so that it would have shown if the rest were.</summary>
    [Fact]
    public async Task A_read_that_broke_is_answered_by_another_copy()
    {
        await using var dying = new DyingService();
        await using var sound = await FakeService.StartAsync();
        await using var gateway = await GatewayHost.StartAsync([dying.Address, sound.Address], ("Gateway:EjectFor", "00:00:00.050"));
        using var client = gateway.Anonymous();
        for (var i = 0; i < 40; i++)
        {
            await client.GetAsync("/api/leads/one/" + i);
            await Task.Delay(20, Ct);
        }
        Assert.NotEmpty(dying.Taken);
        Assert.Equal(40, sound.Seen.Select(s => s.Path).Distinct().Count());
    }

    [Fact]
    public async Task What_cannot_have_reached_a_copy_goes_to_another_and_the_dead_one_is_left_alone()
    {
        await using var sound = await FakeService.StartAsync();
        var nobody = new Uri($"http://127.0.0.1:{PlatformProcess.FreePorts(1)[0]}");
        await using var gateway = await GatewayHost.StartAsync([nobody, sound.Address]);
        using var client = gateway.Anonymous();
        for (var i = 0; i < 60; i++) await client.PostAsync("/api/leads/one/" + i, new { });
        Assert.Equal(60, sound.Seen.Count);
        Assert.Equal(60, sound.Seen.Select(s => s.Path).Distinct().Count());
    }

    [Fact]
    public async Task A_service_that_is_down_is_said_to_be_within_a_second()
    {
        var nobody = new Uri($"http://127.0.0.1:{PlatformProcess.FreePorts(1)[0]}");
        // Packets to the second one get lost: a network for documentation.
        await using var gateway = await GatewayHost.StartAsync([nobody, new Uri("http://192.0.2.1:81")]);
        using var client = gateway.Anonymous();
        (await client.Http.GetAsync("/api/leads/leads", Ct)).Dispose(); // compiled
        var took = new List<TimeSpan>();
        for (var i = 0; i < 7; i++)
        {
            var watch = Stopwatch.StartNew();
            using var response = await client.SendAsync(i % 2 == 0 ? HttpMethod.Get : HttpMethod.Post, "/api/leads/leads", i % 2 == 0 ? null : new { });
            took.Add(watch.Elapsed);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.InRange(response.Headers.RetryAfter?.Delta?.TotalSeconds ?? 0, 1, 10);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }
        // Within a second; a machine that does ten other things may hold one of them up, and none for long.
        Assert.True(took.Order().ElementAt(3) < TimeSpan.FromSeconds(1) && took.Max() < TimeSpan.FromSeconds(5), string.Join(", ", took));
        using var unknown = await client.Http.GetAsync("/api/nothing/leads", Ct);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using var unset = await client.Http.GetAsync("/api/campaigns/campaigns", Ct);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, unset.StatusCode);
        var leads = (await client.GetAsync("/health/services"))["services"]!.AsArray().Single(s => s!["name"]!.GetValue<string>() == "leads")!;
        Assert.Equal("down", leads["status"]!.GetValue<string>());
        Assert.True(leads["since"]!.GetValue<DateTimeOffset>() > DateTimeOffset.UtcNow.AddMinutes(-1));
    }

    [Fact]
    public async Task A_service_that_freezes_is_found_out_by_its_probes_and_does_not_hold_its_callers()
    {
        await using var frozen = new DyingService(isFrozen: true);
        await using var gateway = await GatewayHost.StartAsync([frozen.Address], ("Gateway:ProbeInterval", "00:00:00.100"), ("Gateway:ActivityTimeout", "00:00:05"));
        using var client = gateway.Anonymous();
        var status = await Eventually.Get(async () =>
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            try
            {
                using var response = await client.Http.GetAsync("/api/leads/leads", limit.Token);
                return response.StatusCode;
            }
            catch (OperationCanceledException e)
            {
                throw new InvalidOperationException("no answer within a second", e);
            }
        }, s => s == HttpStatusCode.ServiceUnavailable, "a refusal at once");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
    }

    [Fact]
    public async Task Nothing_that_services_trust_comes_in_or_goes_out()
    {
        await using var sound = await FakeService.StartAsync();
        await using var gateway = await GatewayHost.StartAsync([sound.Address]);
        using var owner = await gateway.NewTenantAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/leads/one");
        foreach (var (name, value) in new[] { ("Tideline-Tenant", Guid.NewGuid().ToString()), ("tideline-anything", "x"), ("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-Host", "evil.example"), ("Forwarded", "for=6.6.6.6") })
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await owner.Http.SendAsync(request, Ct);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(response.Headers.Contains("Tideline-Route"));
        Assert.True(response.Headers.Contains("traceparent"));
        var (_, _, headers) = Assert.Single(sound.Seen);
        Assert.DoesNotContain(headers.Keys, k => k.StartsWith("Tideline-", StringComparison.OrdinalIgnoreCase) || k == "Forwarded");
        Assert.Equal(("127.0.0.1", gateway.Address.Authority), (headers["X-Forwarded-For"], headers["X-Forwarded-Host"]));
        foreach (var path in (string[])["/internal/leads/leads", "/INTERNAL/identity/service-token", "/internal"])
        {
            using var hidden = await owner.Http.GetAsync(path, Ct);
            Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
        }
        Assert.Single(sound.Seen);
    }

    /// <summary>A gateway that hosts services for others has a second door, for processes only.</summary>
    [Fact]
    public async Task Services_beside_a_gateway_are_reached_by_other_processes_at_an_address_of_their_own()
    {
        var inside = new Uri($"http://127.0.0.1:{PlatformProcess.FreePorts(1)[0]}");
        await using var gateway = await GatewayHost.StartAsync([], ("Gateway:InternalUrls", inside.ToString()));
        using var http = new HttpClient();
        using var atTheInside = await http.PostAsync(new Uri(inside, "/internal/identity/service-token"), null, Ct);
        using var atTheDoor = await http.PostAsync(new Uri(gateway.Address, "/internal/identity/service-token"), null, Ct);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.NotFound), (atTheInside.StatusCode, atTheDoor.StatusCode));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_before_it_is_carried_over()
    {
        await using var sound = await FakeService.StartAsync();
        await using var gateway = await GatewayHost.StartAsync([sound.Address], ("Gateway:MaxJsonBytes", "10000"), ("Gateway:MaxBodyBytes", "100000"));
        using var client = gateway.Anonymous();
        async Task<HttpStatusCode> SendAsync(int bytes, string type, bool isChunked)
        {
            using var content = isChunked ? (HttpContent)new StreamContent(new Unsized(bytes)) : new ByteArrayContent(new byte[bytes]);
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            using var response = await client.Http.PostAsync("/api/leads/one", content, Ct);
            return response.StatusCode;
        }
        foreach (var isChunked in (bool[])[false, true])
        {
            Assert.Equal(HttpStatusCode.OK, await SendAsync(9_000, "application/json", isChunked));
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await SendAsync(11_000, "application/json", isChunked));
            Assert.Equal(HttpStatusCode.OK, await SendAsync(90_000, "text/csv", isChunked));
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await SendAsync(110_000, "text/csv", isChunked));
        }
    }

    [Fact]
    public async Task A_socket_passes_through_and_dies_with_the_session_that_opened_it()
    {
        await using var sound = await FakeService.StartAsync();
        await using var gateway = await GatewayHost.StartAsync([sound.Address]);
        using var owner = await gateway.NewTenantAsync();
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer " + owner.Session!["accessToken"]!.GetValue<string>());
        await socket.ConnectAsync(new UriBuilder(gateway.Address) { Scheme = "ws", Path = "/api/leads/socket" }.Uri, Ct);
        await socket.SendAsync(Encoding.UTF8.GetBytes("ahoy"), WebSocketMessageType.Text, true, Ct);
        var buffer = new byte[100];
        var message = await socket.ReceiveAsync(buffer, Ct);
        Assert.Equal("ahoy", Encoding.UTF8.GetString(buffer, 0, message.Count));

        await owner.PostAsync("/api/identity/sign-out");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ReceiveAsync(buffer, limit.Token));
    }

    /// <summary>A body whose length nobody knows, so that it is sent in chunks.</summary>
    private sealed class Unsized(int length) : MemoryStream(new byte[length])
    {
        public override bool CanSeek => false;
    }
}
