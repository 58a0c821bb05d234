using System.Net;
using System.Text.Json.Nodes;
using Tideline.Testing;

namespace Tideline.Services.Tests.Identity;

/// <summary>Who is in a workspace, as what, and how that changes.</summary>
public sealed class MemberTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task A_new_role_reaches_the_member_with_the_next_refresh_and_the_old_tokens_are_called_back()
    {
        var anna = await host.RegisterAsync();
        var bo = await JoinAsync(anna, "agent");
        var changed = await anna.Client.ReadAsync(HttpMethod.Patch, $"/api/identity/members/{bo.UserId}", new { role = "analyst" }, anna.Token);
        Assert.Equal("analyst", changed["role"]!.GetValue<string>());

        var sid = Claim(bo.Token, "sid");
        Assert.Equal(1L, await host.ScalarAsync<long>("select count(*) from outbox where type = 'session.revoked' and key = $1", sid));
        var fresh = await RefreshTests.RefreshAsync(bo.Client, bo.RefreshToken);
        Assert.Equal(HttpStatusCode.OK, fresh.Status);
        Assert.Equal("analyst", fresh.Body["role"]!.GetValue<string>());
        Assert.DoesNotContain("leads:write", fresh.Body["permissions"]!.AsArray().Select(p => p!.GetValue<string>()));
        // Another sid: the call-back of the old one must not reach the new token.
        Assert.NotEqual(sid, Claim(fresh.Body["accessToken"]!.GetValue<string>(), "sid"));
    }

    [Fact]
    public async Task Whoever_was_removed_is_out_with_the_next_refresh_and_may_be_invited_again()
    {
        var anna = await host.RegisterAsync();
        var bo = await JoinAsync(anna, "agent");
        using var removed = await anna.SendAsync(HttpMethod.Delete, $"/api/identity/members/{bo.UserId}");
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);

        Assert.Equal(1L, await host.ScalarAsync<long>("select count(*) from outbox where type = 'session.revoked' and key = $1", Claim(bo.Token, "sid")));
        var fresh = await RefreshTests.RefreshAsync(bo.Client, bo.RefreshToken);
        Assert.Equal(HttpStatusCode.OK, fresh.Status);
        Assert.Null(fresh.Body["tenant"]);
        Assert.Empty(fresh.Body["permissions"]!.AsArray());
        bo.Session = fresh.Body;
        using var members = await bo.SendAsync(HttpMethod.Get, "/api/identity/members");
        Assert.Equal(HttpStatusCode.Forbidden, members.StatusCode);
        var me = await bo.GetAsync("/api/identity/me");
        Assert.Empty(me["tenants"]!.AsArray());

        await anna.PostAsync("/api/identity/invitations", new { email = bo.Email, role = "manager" });
        var again = await bo.Client.PostAsync("/api/identity/invitations/accept", new { token = await TokenAsync(anna, bo.Email), password = bo.Password });
        Assert.Equal("manager", again["role"]!.GetValue<string>());
        Assert.Equal(bo.UserId, again["user"]!["id"]!.GetValue<Guid>());
    }

    [Fact]
    public async Task The_last_owner_can_neither_be_demoted_nor_removed_nor_leave()
    {
        var anna = await host.RegisterAsync();
        using var demoted = await anna.SendAsync(HttpMethod.Patch, $"/api/identity/members/{anna.UserId}", new { role = "admin" });
        await RefusedAsync(demoted, HttpStatusCode.Conflict, "last_owner");
        using var removed = await anna.SendAsync(HttpMethod.Delete, $"/api/identity/members/{anna.UserId}");
        await RefusedAsync(removed, HttpStatusCode.Conflict, "last_owner");
        using var left = await anna.SendAsync(HttpMethod.Post, "/api/identity/leave", new { });
        await RefusedAsync(left, HttpStatusCode.Conflict, "last_owner");
    }

    [Fact]
    public async Task Owners_who_demote_each_other_at_the_same_moment_leave_one()
    {
        for (var round = 0; round < 5; round++)
        {
            var anna = await host.RegisterAsync();
            var bo = await JoinAsync(anna, "owner");
            var answers = await Task.WhenAll(
                anna.SendAsync(HttpMethod.Patch, $"/api/identity/members/{bo.UserId}", new { role = "member" }),
                bo.SendAsync(HttpMethod.Patch, $"/api/identity/members/{anna.UserId}", new { role = "member" }));
            Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK);
            Assert.Equal(1L, await host.ScalarAsync<long>(
                "select count(*) from membership where tenant_id = $1 and role = 'owner' and left_at is null", anna.TenantId));
        }
    }

    [Fact]
    public async Task Nobody_gives_or_takes_more_than_they_have()
    {
        var anna = await host.RegisterAsync();
        var admin = await JoinAsync(anna, "admin");
        var other = await JoinAsync(anna, "agent");
        using var makeOwner = await admin.SendAsync(HttpMethod.Patch, $"/api/identity/members/{other.UserId}", new { role = "owner" });
        await RefusedAsync(makeOwner, HttpStatusCode.Forbidden, "role_above_own");
        using var makeSelf = await admin.SendAsync(HttpMethod.Patch, $"/api/identity/members/{admin.UserId}", new { role = "owner" });
        await RefusedAsync(makeSelf, HttpStatusCode.Forbidden, "role_above_own");
        using var demoteOwner = await admin.SendAsync(HttpMethod.Patch, $"/api/identity/members/{anna.UserId}", new { role = "member" });
        await RefusedAsync(demoteOwner, HttpStatusCode.Forbidden, "role_above_own");
        using var removeOwner = await admin.SendAsync(HttpMethod.Delete, $"/api/identity/members/{anna.UserId}");
        await RefusedAsync(removeOwner, HttpStatusCode.Forbidden, "role_above_own");
        using var invite = await admin.SendAsync(HttpMethod.Post, "/api/identity/invitations", new { email = "x@example.com", role = "owner" });
        await RefusedAsync(invite, HttpStatusCode.Forbidden, "role_above_own");
        using var byAgent = await other.SendAsync(HttpMethod.Post, "/api/identity/invitations", new { email = "x@example.com", role = "member" });
        await RefusedAsync(byAgent, HttpStatusCode.Forbidden, "permission_missing");
        using var unknown = await anna.SendAsync(HttpMethod.Patch, $"/api/identity/members/{other.UserId}", new { role = "emperor" });
        await RefusedAsync(unknown, HttpStatusCode.BadRequest, "validation_failed");
        using var left = await other.SendAsync(HttpMethod.Post, "/api/identity/leave", new { });
        Assert.Equal(HttpStatusCode.NoContent, left.StatusCode);
    }

    [Fact]
    public async Task Another_workspaces_people_and_invitations_do_not_exist_here()
    {
        var anna = await host.RegisterAsync();
        var bo = await JoinAsync(anna, "agent");
        var invitation = await anna.PostAsync("/api/identity/invitations", new { email = $"c-{Guid.NewGuid():n}@example.com", role = "agent" });
        var zoe = await host.RegisterAsync();

        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Patch, $"/api/identity/members/{bo.UserId}", new { role = "admin" }),
            (HttpMethod.Delete, $"/api/identity/members/{bo.UserId}", null),
            (HttpMethod.Delete, $"/api/identity/invitations/{invitation["id"]}", null),
            (HttpMethod.Post, "/api/identity/switch-tenant", new { tenantId = anna.TenantId }),
        })
        {
            using var response = await zoe.SendAsync(method, path, body);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }
        Assert.Equal(zoe.UserId, Assert.Single((await zoe.GetAsync("/api/identity/members"))["data"]!.AsArray())!["userId"]!.GetValue<Guid>());
        Assert.Empty((await zoe.GetAsync("/api/identity/invitations"))["data"]!.AsArray());
        Assert.Equal(3, (await anna.GetAsync("/api/identity/members"))["data"]!.AsArray().Count);
    }

    [Fact]
    public async Task The_list_of_members_comes_in_pages_and_shows_who_is_invited()
    {
        var anna = await host.RegisterAsync();
        for (var i = 0; i < 3; i++) await JoinAsync(anna, "agent");
        for (var i = 0; i < 3; i++) await anna.PostAsync("/api/identity/invitations", new { email = $"i{i}-{Guid.NewGuid():n}@example.com", role = "member" });
        var seen = new List<JsonNode>();
        string? cursor = null;
        do
        {
            var page = await anna.GetAsync("/api/identity/members?limit=2" + (cursor is null ? "" : "&cursor=" + cursor));
            seen.AddRange(page["data"]!.AsArray().Select(m => m!));
            Assert.True(page["data"]!.AsArray().Count <= 2);
            cursor = page["next"]?.GetValue<string>();
        }
        while (cursor is not null);
        Assert.Equal(7, seen.Count);
        Assert.Equal(7, seen.Select(m => m["email"]!.GetValue<string>()).Distinct().Count());
        Assert.Equal(3, seen.Count(m => m["status"]!.GetValue<string>() == "invited" && m["userId"] is null));
    }

    [Fact]
    public async Task A_person_works_in_several_workspaces_and_each_token_opens_one()
    {
        var anna = await host.RegisterAsync();
        var second = await anna.PostAsync("/api/identity/tenants", new { name = "Second", currency = "EUR", country = "Sweden", timeZone = "Europe/Stockholm" });
        Assert.Equal("SE", second["country"]!.GetValue<string>());
        var there = await anna.PostAsync("/api/identity/switch-tenant", new { tenantId = second["id"]!.GetValue<Guid>() });
        Assert.Equal("EUR", there["tenant"]!["currency"]!.GetValue<string>());
        Assert.Null(there["refreshToken"]);
        var tenant = await anna.Client.ReadAsync(HttpMethod.Get, "/api/identity/tenant", null, there["accessToken"]!.GetValue<string>());
        Assert.Equal("Second", tenant["name"]!.GetValue<string>());
        Assert.StartsWith("Workspace ", (await anna.GetAsync("/api/identity/tenant"))["name"]!.GetValue<string>(), StringComparison.Ordinal);
        var refreshed = await RefreshTests.RefreshAsync(anna.Client, anna.RefreshToken);
        Assert.Equal("Second", refreshed.Body["tenant"]!["name"]!.GetValue<string>());
        Assert.Equal(2, (await anna.GetAsync("/api/identity/me"))["tenants"]!.AsArray().Count);
    }

    [Fact]
    public async Task The_same_idempotency_key_opens_one_workspace()
    {
        var anna = await host.RegisterAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => CreateAsync("Only one")));
        Assert.All(answers, a => Assert.True(a.Status is HttpStatusCode.Created or HttpStatusCode.Conflict, a.Body));
        var repeated = await CreateAsync("Only one");
        Assert.Equal(HttpStatusCode.Created, repeated.Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await CreateAsync("Another")).Status);
        Assert.Equal(2, (await anna.GetAsync("/api/identity/me"))["tenants"]!.AsArray().Count);

        async Task<(HttpStatusCode Status, string Body)> CreateAsync(string name)
        {
            using var response = await anna.Client.SendAsync(HttpMethod.Post, "/api/identity/tenants", new { name }, anna.Token, ("Idempotency-Key", "k1"));
            return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_workspace_is_changed_where_it_was_read_and_only_to_what_exists()
    {
        var anna = await host.RegisterAsync();
        var version = (await anna.GetAsync("/api/identity/tenant"))["version"]!.ToString();
        using var changed = await anna.Client.SendAsync(HttpMethod.Patch, "/api/identity/tenant", new { name = "New name", timeZone = "Europe/Paris" }, anna.Token, ("If-Match", $"\"{version}\""));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        using var stale = await anna.Client.SendAsync(HttpMethod.Patch, "/api/identity/tenant", new { name = "Other" }, anna.Token, ("If-Match", $"\"{version}\""));
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.StatusCode);
        foreach (var wrong in (object[])[new { country = "Atlantis" }, new { currency = "XYZ" }, new { timeZone = "Mars/Olympus" }, new { name = " " }, new { id = Guid.NewGuid() }])
        {
            using var refused = await anna.SendAsync(HttpMethod.Patch, "/api/identity/tenant", wrong);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
        var tenant = await anna.GetAsync("/api/identity/tenant");
        Assert.Equal("New name", tenant["name"]!.GetValue<string>());
        Assert.Equal("USD", tenant["currency"]!.GetValue<string>());
        Assert.Equal(1L, await host.ScalarAsync<long>("select count(*) from outbox where type = 'tenant.updated' and tenant_id = $1", anna.TenantId));
    }

    /// <summary>Somebody new joins by invitation.</summary>
    private async Task<Account> JoinAsync(Account owner, string role)
    {
        var bo = new Account(host.Client(), $"bo-{Guid.NewGuid():n}@example.com", "five slow kettles singing");
        await owner.PostAsync("/api/identity/invitations", new { email = bo.Email, role });
        bo.Session = await bo.Client.PostAsync("/api/identity/invitations/accept", new { token = await TokenAsync(owner, bo.Email), name = "Bo", password = bo.Password });
        return bo;
    }

    private Task<string> TokenAsync(Account owner, string email) => InvitationTests.TokenAsync(host, owner.TenantId, email);

    private static async Task RefusedAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(code, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["code"]!.GetValue<string>());
    }

    private static string Claim(string token, string name) =>
        JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]))![name]!.GetValue<string>();
}
