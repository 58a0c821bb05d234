using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Tideline.Platform.Data;
using Tideline.Testing;

namespace Tideline.Services.Tests.Gateway;

/// <summary>Who is let in, how often, and what is said of those who are not.</summary>
public sealed class AdmissionTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_that_we_never_made_is_refused_at_the_door_and_an_ended_one_comes_in_as_nobody()
    {
        await using var sound = await FakeService.StartAsync();
        await using var gateway = await GatewayHost.StartAsync([sound.Address]);
        using var owner = await gateway.NewTenantAsync();
        var token = owner.Session!["accessToken"]!.GetValue<string>();
        var parts = token.Split('.');
        string[] forged =
        [
            "x", "a.b.c", token[..^4] + "AAAA", $"{parts[0]}.{parts[1]}.", "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0." + parts[1] + ".",
            "tl_live_" + new string('x', 43), "tl_live_short", new string('a', 9000),
        ];
        foreach (var bad in forged)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/leads/one");
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + bad);
            using var nobody = gateway.Anonymous();
            using var response = await nobody.Http.SendAsync(request, Ct);
            Assert.True(response.StatusCode == HttpStatusCode.Unauthorized, bad[..Math.Min(60, bad.Length)] + ": " + response.StatusCode);
            Assert.NotEmpty(response.Headers.WwwAuthenticate);
            Assert.True(response.Headers.Contains("traceparent"));
        }
        Assert.Empty(sound.Seen);
        await owner.GetAsync("/api/leads/one");
        await owner.PostAsync("/api/identity/sign-out");
        await owner.GetAsync("/api/leads/one"); // the service itself says 401
        Assert.Equal(2, sound.Seen.Count);
    }

    [Fact]
    public async Task Too_many_requests_of_one_workspace_wait_and_those_of_another_do_not()
    {
        await using var sound = await FakeService.StartAsync();
        await using var gateway = await GatewayHost.StartAsync([sound.Address], ("Gateway:Limits:TenantPerSecond", "2"), ("Gateway:Limits:TenantBurst", "10"));
        using var busy = await gateway.NewTenantAsync();
        using var calm = await gateway.NewTenantAsync();
        var first = await busy.Http.GetAsync("/api/leads/one", Ct);
        Assert.Equal(("10", "9"), (first.Headers.GetValues("RateLimit-Limit").Single(), first.Headers.GetValues("RateLimit-Remaining").Single()));
        Assert.True(first.Headers.Contains("RateLimit-Reset"));
        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 30; i++) answers.Add(await busy.Http.GetAsync("/api/leads/one", Ct));
        var refused = answers.Where(a => a.StatusCode == HttpStatusCode.TooManyRequests).ToList();
        Assert.InRange(refused.Count, 15, 21);
        Assert.All(refused, r => Assert.InRange(r.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 2));
        Assert.Equal("0", refused[0].Headers.GetValues("RateLimit-Remaining").Single());
        var problem = JsonNode.Parse(await refused[0].Content.ReadAsStringAsync(Ct))!;
        Assert.Equal(("rate_limited", "tenant"), (problem["code"]!.GetValue<string>(), problem["limit"]!.GetValue<string>()));
        Assert.True((await calm.Http.GetAsync("/api/leads/one", Ct)).IsSuccessStatusCode);
        await Task.Delay(refused[0].Headers.RetryAfter!.Delta!.Value, Ct);
        Assert.True((await busy.Http.GetAsync("/api/leads/one", Ct)).IsSuccessStatusCode);
    }

    [Fact]
    public async Task A_key_an_address_and_a_service_have_limits_of_their_own()
    {
        await using var sound = await FakeService.StartAsync();
        await using var gateway = await GatewayHost.StartAsync([sound.Address],
            ("Gateway:Limits:KeyPerSecond", "1"), ("Gateway:Limits:KeyBurst", "5"), ("Gateway:Limits:AddressPerSecond", "1"), ("Gateway:Limits:AddressBurst", "20"),
            ("Gateway:Limits:ServicePerSecond", "1"), ("Gateway:Limits:ServiceBurst", "50"));
        using var owner = await gateway.NewTenantAsync();
        var made = await owner.PostAsync("/api/identity/api-keys", new { name = "Sync", permissions = new[] { "leads:read" } });
        using var program = new HttpClient { BaseAddress = gateway.Address };
        program.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", made["key"]!.GetValue<string>());
        using var nobody = gateway.Anonymous();

        Assert.Equal("key", await RefusedByAsync(program, 8));
        Assert.Equal("address", await RefusedByAsync(nobody.Http, 25));
        Assert.Equal("service", await RefusedByAsync(owner.Http, 60));
        // Whoever is known already does not pay for the address that they share with others, and identity is another service.
        await owner.GetAsync("/api/identity/me");
    }

    [Fact]
    public async Task Who_was_turned_away_is_told_on_the_bus_and_a_flood_is_a_few_events()
    {
        await using var sound = await FakeService.StartAsync();
        await using var gateway = await GatewayHost.StartAsync([sound.Address], ("Gateway:Limits:TenantPerSecond", "1"), ("Gateway:Limits:TenantBurst", "5"));
        using var owner = await gateway.NewTenantAsync();
        using var nobody = gateway.Anonymous();
        for (var i = 0; i < 300; i++) (await owner.Http.GetAsync($"/api/leads/one?secret={i}", Ct)).Dispose();
        for (var i = 0; i < 300; i++) (await nobody.Http.GetAsync("/api/identity/me?secret=x", Ct)).Dispose();
        var told = await Eventually.Get(() => DeniedAsync(gateway), e => e.Sum(x => x["count"]!.GetValue<int>()) >= 590, "the refusals on the bus");

        Assert.InRange(told.Count, 2, 12);
        Assert.Equal(300, told.Where(e => e["status"]!.GetValue<int>() == 401).Sum(e => e["count"]!.GetValue<int>()));
        Assert.All(told.Where(e => e["status"]!.GetValue<int>() == 401), e => Assert.Equal(("GET", "/api/identity/me"), (e["method"]!.GetValue<string>(), e["route"]!.GetValue<string>())));
        Assert.All(told.Where(e => e["status"]!.GetValue<int>() == 429), e => Assert.Equal((owner.UserId, "/api/leads"), (e["userId"]!.GetValue<Guid>(), e["route"]!.GetValue<string>())));
        Assert.All(told, e => Assert.Equal("127.0.0.1", e["address"]!.GetValue<string>()));
        Assert.DoesNotContain(told, e => e.ToJsonString().Contains("secret", StringComparison.Ordinal));
    }

    private static async Task<string?> RefusedByAsync(HttpClient client, int requests)
    {
        string? by = null;
        for (var i = 0; i < requests; i++)
        {
            using var response = await client.GetAsync("/api/leads/one", Ct);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
                by ??= JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!["limit"]!.GetValue<string>();
        }
        return by;
    }

    private static async Task<List<JsonNode>> DeniedAsync(TestPlatform platform)
    {
        var admin = new NpgsqlConnectionStringBuilder(await TestCluster.AdminAsync())
        {
            Database = new NpgsqlConnectionStringBuilder(platform.Services.GetRequiredService<DatabaseDirectory>().For("bus").Owner).Database,
            Pooling = false,
        };
        await using var connection = new NpgsqlConnection(admin.ConnectionString);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand("select payload from log where type = 'access.denied'", connection);
        await using var reader = await command.ExecuteReaderAsync(Ct);
        var events = new List<JsonNode>();
        while (await reader.ReadAsync(Ct)) events.Add(JsonNode.Parse(reader.GetString(0))!);
        return events;
    }
}
