using System.Net;
using System.Text.Json.Nodes;
using Tideline.Testing;

namespace Tideline.Services.Tests.Identity;

/// <summary>Programs come in with keys that may do a part of what their maker may, for a while, until they are taken back.</summary>
public sealed class ApiKeyTests(IdentityHost host, PlatformFixture fixture) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task A_key_does_what_it_was_made_for_and_nothing_else()
    {
        var anna = await host.RegisterAsync();
        var key = await MakeAsync(anna, "members:read");
        Assert.Matches("^tl_live_[A-Za-z0-9_-]{43}$", key.Secret);
        Assert.Equal(HttpStatusCode.OK, await CallAsync(key.Secret, HttpMethod.Get, "/api/identity/members"));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(key.Secret, HttpMethod.Get, "/api/identity/tenant"));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(key.Secret, HttpMethod.Post, "/api/identity/invitations", new { email = "x@example.com", role = "member" }));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(key.Secret, HttpMethod.Patch, "/api/identity/tenant", new { name = "Other" }));
    }

    [Theory]
    [InlineData("GET", "/api/identity/me")]
    [InlineData("POST", "/api/identity/switch-tenant")]
    [InlineData("POST", "/api/identity/tenants")]
    [InlineData("POST", "/api/identity/leave")]
    [InlineData("POST", "/api/identity/password/change")]
    [InlineData("POST", "/api/identity/email/change")]
    [InlineData("POST", "/api/identity/second-factor/totp")]
    [InlineData("POST", "/api/identity/second-factor/remove")]
    public async Task A_key_never_reaches_its_makers_account(string method, string path)
    {
        var anna = await host.RegisterAsync();
        var all = (await anna.GetAsync("/api/identity/me"))["permissions"]!.AsArray().Select(p => p!.GetValue<string>()).ToArray();
        var key = await MakeAsync(anna, all);
        using var response = await host.Client().SendAsync(new HttpMethod(method), path, method == "GET" ? null : new { }, key.Secret);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("key_not_allowed", JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task Nobody_makes_a_key_for_more_than_they_may_and_a_key_makes_none()
    {
        var anna = await host.RegisterAsync();
        var admin = await host.JoinAsync(anna, "admin");
        foreach (var (permissions, status) in new (string[], HttpStatusCode)[]
        {
            (["tenant:own"], HttpStatusCode.Forbidden), (["members:read", "tenant:own"], HttpStatusCode.Forbidden), (["system:read"], HttpStatusCode.Forbidden),
            (["no:such"], HttpStatusCode.BadRequest), ([], HttpStatusCode.BadRequest), (["members:read"], HttpStatusCode.Created),
        })
        {
            using var made = await admin.SendAsync(HttpMethod.Post, "/api/identity/api-keys", new { name = "K", permissions });
            Assert.Equal(status, made.StatusCode);
        }
        var agent = await host.JoinAsync(anna, "agent");
        using var byAgent = await agent.SendAsync(HttpMethod.Post, "/api/identity/api-keys", new { name = "K", permissions = new[] { "leads:read" } });
        Assert.Equal(HttpStatusCode.Forbidden, byAgent.StatusCode);

        var maker = await MakeAsync(anna, "apikeys:write", "leads:read");
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(maker.Secret, HttpMethod.Post, "/api/identity/api-keys", new { name = "Child", permissions = new[] { "leads:read" } }));
        // It may manage keys but not prolong its own life: taking back is allowed.
        Assert.Equal(HttpStatusCode.OK, await CallAsync(maker.Secret, HttpMethod.Get, "/api/identity/api-keys"));
    }

    [Fact]
    public async Task A_key_that_manages_members_does_not_give_away_what_its_owner_may()
    {
        var anna = await host.RegisterAsync();
        var bo = await host.JoinAsync(anna, "member");
        var key = await MakeAsync(anna, "members:write", "members:read");
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(key.Secret, HttpMethod.Post, "/api/identity/invitations", new { email = "x@example.com", role = "owner" }));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(key.Secret, HttpMethod.Patch, $"/api/identity/members/{bo.UserId}", new { role = "owner" }));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(key.Secret, HttpMethod.Patch, $"/api/identity/members/{bo.UserId}", new { role = "admin" }));
    }

    [Fact]
    public async Task A_key_loses_what_its_maker_loses()
    {
        var anna = await host.RegisterAsync();
        var bo = await host.JoinAsync(anna, "admin");
        var key = await MakeAsync(bo, "members:read", "tenant:write");
        Assert.Equal(HttpStatusCode.OK, await CallAsync(key.Secret, HttpMethod.Patch, "/api/identity/tenant", new { name = "By key" }));
        await anna.Client.ReadAsync(HttpMethod.Patch, $"/api/identity/members/{bo.UserId}", new { role = "agent" }, anna.Token);
        host.Clock.Move(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(key.Secret, HttpMethod.Patch, "/api/identity/tenant", new { name = "By key again" }));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(key.Secret, HttpMethod.Get, "/api/identity/members"));
        using var removed = await anna.SendAsync(HttpMethod.Delete, $"/api/identity/members/{bo.UserId}");
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        host.Clock.Move(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(key.Secret, HttpMethod.Get, "/api/identity/members"));
    }

    [Fact]
    public async Task A_key_that_was_taken_back_is_refused_after_thirty_seconds_even_if_nobody_heard()
    {
        var anna = await host.RegisterAsync();
        var key = await MakeAsync(anna, "members:read");
        Assert.Equal(HttpStatusCode.OK, await CallAsync(key.Secret, HttpMethod.Get, "/api/identity/members"));
        using var revoked = await anna.SendAsync(HttpMethod.Delete, $"/api/identity/api-keys/{key.Id}");
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        // The bus stands still here: the answer is still believed, and for thirty seconds only.
        Assert.Equal(HttpStatusCode.OK, await CallAsync(key.Secret, HttpMethod.Get, "/api/identity/members"));
        host.Clock.Move(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(key.Secret, HttpMethod.Get, "/api/identity/members"));
        Assert.Equal(1L, await host.ScalarAsync<long>("select count(*) from outbox where type = 'session.revoked' and key = $1", key.Id.ToString()));
        using var again = await anna.SendAsync(HttpMethod.Delete, $"/api/identity/api-keys/{key.Id}");
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        Assert.Empty((await anna.GetAsync("/api/identity/api-keys"))["data"]!.AsArray());
    }

    [Fact]
    public async Task A_key_ends_when_it_was_said_to_end()
    {
        var anna = await host.RegisterAsync();
        var key = await MakeAsync(anna, host.Clock.GetUtcNow().AddMinutes(10), "members:read");
        Assert.Equal(HttpStatusCode.OK, await CallAsync(key.Secret, HttpMethod.Get, "/api/identity/members"));
        host.Clock.Move(TimeSpan.FromMinutes(10));
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(key.Secret, HttpMethod.Get, "/api/identity/members"));
        foreach (var wrong in (DateTimeOffset[])[host.Clock.GetUtcNow(), host.Clock.GetUtcNow().AddYears(3)])
        {
            using var refused = await anna.Client.SendAsync(HttpMethod.Post, "/api/identity/api-keys", new { name = "K", permissions = new[] { "members:read" }, expiresAt = wrong }, anna.Token);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }

    [Fact]
    public async Task Only_a_whole_key_in_the_header_counts()
    {
        var anna = await host.RegisterAsync();
        var key = await MakeAsync(anna, "members:read");
        var last = key.Secret[^2] == 'A' ? 'B' : 'A';
        foreach (var wrong in (string[])["tl_live_", key.Secret[..^1], key.Secret + "A", key.Secret[..^2] + last + key.Secret[^1], "tl_live_" + new string('A', 43), key.Secret.ToUpperInvariant()])
            Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(wrong, HttpMethod.Get, "/api/identity/members"));
        using var inQuery = await host.Client().SendAsync(HttpMethod.Get, "/api/identity/members?access_token=" + key.Secret);
        Assert.Equal(HttpStatusCode.Unauthorized, inQuery.StatusCode);
    }

    [Fact]
    public async Task A_key_is_shown_once_and_stored_nowhere()
    {
        var anna = await host.RegisterAsync();
        var key = await MakeAsync(anna, "members:read");
        var listed = Assert.Single((await anna.GetAsync("/api/identity/api-keys"))["data"]!.AsArray())!;
        Assert.DoesNotContain(key.Secret[14..], listed.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(key.Secret[..12], listed["prefix"]!.GetValue<string>());
        foreach (var table in (string[])["api_key", "outbox", "idempotency_keys"])
            Assert.Equal(0L, await host.ScalarAsync<long>($"select count(*) from {table} t where t::text like '%' || $1 || '%'", key.Secret));
        Assert.Null(listed["lastUsedAt"]);
        await CallAsync(key.Secret, HttpMethod.Get, "/api/identity/members");
        Assert.NotNull((await anna.GetAsync("/api/identity/api-keys"))["data"]![0]!["lastUsedAt"]);
    }

    [Fact]
    public async Task Members_see_their_own_keys_and_those_who_manage_members_all()
    {
        var anna = await host.RegisterAsync();
        var manager = await host.JoinAsync(anna, "manager");
        var (annas, managers) = (await MakeAsync(anna, "members:read"), await MakeAsync(manager, "leads:read"));
        Assert.Equal(2, (await anna.GetAsync("/api/identity/api-keys"))["data"]!.AsArray().Count);
        Assert.Equal(managers.Id, Assert.Single((await manager.GetAsync("/api/identity/api-keys"))["data"]!.AsArray())!["id"]!.GetValue<Guid>());
        using var notTheirs = await manager.SendAsync(HttpMethod.Delete, $"/api/identity/api-keys/{annas.Id}");
        Assert.Equal(HttpStatusCode.NotFound, notTheirs.StatusCode);
        var zoe = await host.RegisterAsync();
        using var stranger = await zoe.SendAsync(HttpMethod.Delete, $"/api/identity/api-keys/{annas.Id}");
        Assert.Equal(HttpStatusCode.NotFound, stranger.StatusCode);
        using var byAnna = await anna.SendAsync(HttpMethod.Delete, $"/api/identity/api-keys/{managers.Id}");
        Assert.Equal(HttpStatusCode.NoContent, byAnna.StatusCode);
    }

    /// <summary>Everywhere, because the check is the platform's; and taken back within seconds, because the bus tells of it.</summary>
    [Fact]
    public async Task On_the_whole_platform_a_key_opens_every_service_and_ends_within_seconds()
    {
        var anna = await fixture.Platform.NewTenantAsync();
        string[] paths = ["/api/leads/leads", "/api/brands/brands", "/api/customers/customers", "/api/campaigns/campaigns", "/api/identity/members"];
        var made = await anna.PostAsync("/api/identity/api-keys", new { name = "Everything", permissions = new[] { "leads:read", "brands:read", "customers:read", "campaigns:read", "members:read" } });
        using var program = new HttpClient { BaseAddress = fixture.Platform.Address };
        program.DefaultRequestHeaders.Add("Authorization", "Bearer " + made["key"]!.GetValue<string>());
        foreach (var path in paths) Assert.Equal(HttpStatusCode.OK, (await program.GetAsync(path, TestContext.Current.CancellationToken)).StatusCode);
        using var other = await program.GetAsync("/api/assignment/pools", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);

        using var revoked = await anna.SendAsync(HttpMethod.Delete, $"/api/identity/api-keys/{made["id"]}");
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        foreach (var path in paths)
        {
            await Eventually.Get(async () =>
            {
                using var response = await program.GetAsync(path, TestContext.Current.CancellationToken);
                return response.StatusCode;
            }, status => status == HttpStatusCode.Unauthorized, "the key's end", TimeSpan.FromSeconds(5));
        }
    }

    private Task<Key> MakeAsync(Account account, params string[] permissions) => MakeAsync(account, null, permissions);

    private static async Task<Key> MakeAsync(Account account, DateTimeOffset? expiresAt, params string[] permissions)
    {
        var made = await account.PostAsync("/api/identity/api-keys", new { name = "Program", permissions, expiresAt });
        return new Key(made["id"]!.GetValue<Guid>(), made["key"]!.GetValue<string>());
    }

    private async Task<HttpStatusCode> CallAsync(string key, HttpMethod method, string path, object? body = null)
    {
        using var response = await host.Client().SendAsync(method, path, body, key);
        return response.StatusCode;
    }

    private sealed record Key(Guid Id, string Secret);
}
