using System.Net;
using System.Text.Json.Nodes;

namespace Tideline.Services.Tests.Identity;

/// <summary>Where somebody is signed in, and what they are called.</summary>
public sealed class SessionListTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task The_list_shows_ones_own_sessions_with_where_and_by_what()
    {
        var (anna, bo) = (await host.RegisterAsync(), await host.RegisterAsync());
        host.Clock.Move(TimeSpan.FromSeconds(1));
        await host.Client("192.0.2.91", "phone/7").PostAsync("/api/identity/sign-in", new { email = anna.Email, password = anna.Password });
        var list = (await anna.GetAsync("/api/identity/sessions"))["data"]!.AsArray();
        Assert.Equal(["phone/7 192.0.2.91 False", $"tests/1 {list[1]!["ip"]} True"], list.Select(s => $"{s!["userAgent"]} {s["ip"]} {s["isCurrent"]!.GetValue<bool>()}"));
        Assert.Single((await bo.GetAsync("/api/identity/sessions"))["data"]!.AsArray());
        Assert.DoesNotContain("token", list.ToJsonString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task One_session_is_ended_by_its_owner_and_by_nobody_else()
    {
        var (anna, zoe) = (await host.RegisterAsync(), await host.RegisterAsync());
        var phone = await anna.Client.PostAsync("/api/identity/sign-in", new { email = anna.Email, password = anna.Password });
        var id = (await anna.GetAsync("/api/identity/sessions"))["data"]!.AsArray().Single(s => !s!["isCurrent"]!.GetValue<bool>())!["id"]!;
        foreach (var (who, status) in new[] { (zoe, HttpStatusCode.NotFound), (anna, HttpStatusCode.NoContent), (anna, HttpStatusCode.NotFound) })
        {
            using var answer = await who.SendAsync(HttpMethod.Delete, $"/api/identity/sessions/{id}");
            Assert.Equal(status, answer.StatusCode);
        }
        Assert.Equal(HttpStatusCode.Unauthorized, (await RefreshTests.RefreshAsync(anna.Client, phone["refreshToken"]!.GetValue<string>())).Status);
        Assert.Equal(1L, await host.ScalarAsync<long>("select count(*) from outbox where type = 'session.revoked' and key = $1", Sid(phone)));
        Assert.Equal(HttpStatusCode.OK, (await RefreshTests.RefreshAsync(anna.Client, anna.RefreshToken)).Status);
    }

    [Fact]
    public async Task All_others_end_at_once_and_this_one_goes_on()
    {
        var anna = await host.RegisterAsync();
        var others = new List<JsonNode>();
        for (var i = 0; i < 3; i++) others.Add(await anna.Client.PostAsync("/api/identity/sign-in", new { email = anna.Email, password = anna.Password }));
        using var answer = await anna.SendAsync(HttpMethod.Post, "/api/identity/sessions/revoke-others", new { });
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        foreach (var other in others)
            Assert.Equal(HttpStatusCode.Unauthorized, (await RefreshTests.RefreshAsync(anna.Client, other["refreshToken"]!.GetValue<string>())).Status);
        Assert.Equal(HttpStatusCode.OK, (await RefreshTests.RefreshAsync(anna.Client, anna.RefreshToken)).Status);
        Assert.Single((await anna.GetAsync("/api/identity/sessions"))["data"]!.AsArray());
    }

    [Fact]
    public async Task A_new_name_is_told_to_every_workspace()
    {
        var anna = await host.RegisterAsync();
        var changed = await anna.Client.ReadAsync(HttpMethod.Patch, "/api/identity/me", new { name = "  Anna Karlsson " }, anna.Token);
        Assert.Equal("Anna Karlsson", changed["name"]!.GetValue<string>());
        Assert.Equal("Anna Karlsson", JsonNode.Parse(await host.ScalarAsync<string>(
            "select payload from outbox where type = 'membership.changed' and tenant_id = $1 order by seq desc limit 1", anna.TenantId))!["name"]!.GetValue<string>());
        foreach (var wrong in (object[])[new { name = " " }, new { name = new string('x', 201) }, new { email = "other@example.com" }, new { isOperator = true }])
        {
            using var refused = await anna.SendAsync(HttpMethod.Patch, "/api/identity/me", wrong);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }

    private static string Sid(JsonNode session) =>
        JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(session["accessToken"]!.GetValue<string>().Split('.')[1]))!["sid"]!.GetValue<string>();
}
