using System.Net;
using System.Text.Json.Nodes;

namespace Tideline.Services.Tests.Identity;

/// <summary>Roles of a workspace's own: a set of permissions, given by nobody who does not have them.</summary>
public sealed class CustomRoleTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task A_member_with_a_role_of_the_workspaces_own_may_what_it_says_and_nothing_else()
    {
        var anna = await host.RegisterAsync();
        await MakeAsync(anna, "lead-reader", "leads:read", "members:read");
        var bo = await host.JoinAsync(anna, "lead-reader");
        Assert.Equal("lead-reader", bo.Session["role"]!.GetValue<string>());
        Assert.Equal(["leads:read", "members:read"], May(bo.Session));
        Assert.Equal(["leads:read", "members:read"], May(await bo.GetAsync("/api/identity/me")));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(bo, HttpMethod.Get, "/api/identity/members"));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(bo, HttpMethod.Patch, "/api/identity/tenant", new { name = "X" }));
        Assert.Contains((await anna.GetAsync("/api/identity/roles")).AsArray(), r => r!["name"]!.GetValue<string>() == "lead-reader" && r["id"] is not null);
    }

    [Fact]
    public async Task A_change_of_the_role_calls_the_tokens_of_its_members_back()
    {
        var anna = await host.RegisterAsync();
        var role = await MakeAsync(anna, "helper", "leads:read");
        var (bo, cy) = (await host.JoinAsync(anna, "helper"), await host.JoinAsync(anna, "agent"));
        await anna.Client.ReadAsync(HttpMethod.Patch, $"/api/identity/roles/{role["id"]}", new { permissions = new[] { "brands:read" } }, anna.Token);
        Assert.Equal(1L, await host.ScalarAsync<long>("select count(*) from outbox where type = 'session.revoked' and key = $1", Sid(bo)));
        Assert.Equal(0L, await host.ScalarAsync<long>("select count(*) from outbox where type = 'session.revoked' and key = $1", Sid(cy)));
        Assert.Equal(["brands:read"], May((await RefreshTests.RefreshAsync(bo.Client, bo.RefreshToken)).Body));
    }

    [Fact]
    public async Task Nobody_makes_gives_changes_or_removes_a_role_that_may_more_than_they()
    {
        var anna = await host.RegisterAsync();
        var admin = await host.JoinAsync(anna, "admin");
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(admin, HttpMethod.Post, "/api/identity/roles", new { name = "shadow-owner", permissions = new[] { "tenant:own" } }));
        var strong = await MakeAsync(anna, "second-owner", "tenant:own", "members:write");
        var path = $"/api/identity/roles/{strong["id"]}";
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(admin, HttpMethod.Patch, path, new { permissions = new[] { "leads:read" } }));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(admin, HttpMethod.Delete, path));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(admin, HttpMethod.Post, "/api/identity/invitations", new { email = "x@example.com", role = "second-owner" }));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(admin, HttpMethod.Patch, $"/api/identity/members/{admin.UserId}", new { role = "second-owner" }));

        // Somebody who manages members and nothing else makes nobody more than that, not even themselves.
        var hiring = await MakeAsync(anna, "hiring", "members:read", "members:write");
        var bo = await host.JoinAsync(anna, "hiring");
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(bo, HttpMethod.Patch, $"/api/identity/roles/{hiring["id"]}", new { permissions = new[] { "members:read", "members:write", "leads:delete" } }));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(bo, HttpMethod.Patch, $"/api/identity/members/{bo.UserId}", new { role = "agent" }));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(bo, HttpMethod.Post, "/api/identity/invitations", new { email = "x@example.com", role = "member" }));
        Assert.Equal(HttpStatusCode.Created, await CallAsync(bo, HttpMethod.Post, "/api/identity/invitations", new { email = "x@example.com", role = "hiring" }));
    }

    [Fact]
    public async Task A_role_that_somebody_has_or_is_to_get_stays()
    {
        var anna = await host.RegisterAsync();
        var role = await MakeAsync(anna, "temp", "leads:read");
        var path = $"/api/identity/roles/{role["id"]}";
        var invitation = await anna.PostAsync("/api/identity/invitations", new { email = $"c-{Guid.NewGuid():n}@example.com", role = "temp" });
        Assert.Equal(HttpStatusCode.Conflict, await CallAsync(anna, HttpMethod.Delete, path));
        await CallAsync(anna, HttpMethod.Delete, $"/api/identity/invitations/{invitation["id"]}");
        var bo = await host.JoinAsync(anna, "temp");
        Assert.Equal(HttpStatusCode.Conflict, await CallAsync(anna, HttpMethod.Delete, path));
        await anna.Client.ReadAsync(HttpMethod.Patch, $"/api/identity/members/{bo.UserId}", new { role = "agent" }, anna.Token);
        Assert.Equal(HttpStatusCode.NoContent, await CallAsync(anna, HttpMethod.Delete, path));
        Assert.Equal(HttpStatusCode.NotFound, await CallAsync(anna, HttpMethod.Delete, path));
        Assert.Equal(HttpStatusCode.BadRequest, await CallAsync(anna, HttpMethod.Patch, $"/api/identity/members/{bo.UserId}", new { role = "temp" }));
    }

    [Theory]
    [InlineData("owner")]
    [InlineData("X")]
    [InlineData("has space")]
    [InlineData("1st")]
    [InlineData("")]
    public async Task A_name_that_would_be_mistaken_is_refused(string name)
    {
        var anna = await host.RegisterAsync();
        Assert.Equal(HttpStatusCode.BadRequest, await CallAsync(anna, HttpMethod.Post, "/api/identity/roles", new { name, permissions = new[] { "leads:read" } }));
    }

    [Fact]
    public async Task Unknown_permissions_and_those_of_the_installation_are_refused_and_a_name_is_there_once()
    {
        var anna = await host.RegisterAsync();
        foreach (var permission in (string[])["no:such", "system:read", "*"])
            Assert.Equal(HttpStatusCode.BadRequest, await CallAsync(anna, HttpMethod.Post, "/api/identity/roles", new { name = "some-role", permissions = new[] { permission } }));
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => CallAsync(anna, HttpMethod.Post, "/api/identity/roles", new { name = "twin", permissions = new[] { "leads:read" } })));
        Assert.Single(answers, HttpStatusCode.Created);
        Assert.Equal(4, answers.Count(a => a == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task A_role_of_one_workspace_means_nothing_in_another()
    {
        var (anna, zoe) = (await host.RegisterAsync(), await host.RegisterAsync());
        var role = await MakeAsync(anna, "special", "leads:read", "tenant:own");
        Assert.Equal(HttpStatusCode.BadRequest, await CallAsync(zoe, HttpMethod.Post, "/api/identity/invitations", new { email = "x@example.com", role = "special" }));
        Assert.Equal(HttpStatusCode.NotFound, await CallAsync(zoe, HttpMethod.Patch, $"/api/identity/roles/{role["id"]}", new { description = "mine" }));
        await MakeAsync(zoe, "special", "brands:read");
        Assert.Equal(["brands:read"], May((await host.JoinAsync(zoe, "special")).Session));
    }

    [Fact]
    public async Task An_API_key_shrinks_with_the_role_of_its_maker()
    {
        var anna = await host.RegisterAsync();
        var role = await MakeAsync(anna, "builder", "apikeys:write", "members:read", "tenant:write");
        var bo = await host.JoinAsync(anna, "builder");
        var key = (await bo.PostAsync("/api/identity/api-keys", new { name = "K", permissions = new[] { "members:read", "tenant:write" } }))["key"]!.GetValue<string>();
        using var before = await host.Client().SendAsync(HttpMethod.Get, "/api/identity/members", null, key);
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        await anna.Client.ReadAsync(HttpMethod.Patch, $"/api/identity/roles/{role["id"]}", new { permissions = new[] { "tenant:write" } }, anna.Token);
        host.Clock.Move(TimeSpan.FromSeconds(30));
        using var after = await host.Client().SendAsync(HttpMethod.Get, "/api/identity/members", null, key);
        Assert.Equal(HttpStatusCode.Forbidden, after.StatusCode);
    }

    private static Task<JsonNode> MakeAsync(Account account, string name, params string[] permissions) => account.PostAsync("/api/identity/roles", new { name, permissions });

    private static IEnumerable<string> May(JsonNode session) => session["permissions"]!.AsArray().Select(p => p!.GetValue<string>()).Where(p => !p.StartsWith("system:", StringComparison.Ordinal)).Order();

    private static async Task<HttpStatusCode> CallAsync(Account account, HttpMethod method, string path, object? body = null)
    {
        using var response = await account.SendAsync(method, path, body);
        return response.StatusCode;
    }

    private static string Sid(Account account) =>
        JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(account.Token.Split('.')[1]))!["sid"]!.GetValue<string>();
}
