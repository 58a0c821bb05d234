using System.Net;
using System.Text.Json.Nodes;

namespace Tideline.Services.Tests.Identity;

/// <summary>Invitations open one place, once, for whoever has the mailbox, until they end.</summary>
public sealed class InvitationTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    private const string Password = "nine paper windmills turning";

    [Fact]
    public async Task The_link_goes_out_by_mail_and_nowhere_else()
    {
        var anna = await host.RegisterAsync();
        var email = NewEmail();
        var answer = await anna.PostAsync("/api/identity/invitations", new { email, role = "agent" });
        Assert.Equal(["createdAt", "email", "expiresAt", "id", "invitedBy", "role"], answer.AsObject().Select(m => m.Key).Order());
        var mail = JsonNode.Parse(await host.ScalarAsync<string>(
            "select payload from outbox where type = 'email.requested' and tenant_id = $1", anna.TenantId))!;
        Assert.Equal(email, mail["to"]!.GetValue<string>());
        Assert.Equal("Anna Owner", mail["variables"]!["inviterName"]!.GetValue<string>());
        Assert.StartsWith("http://127.0.0.1:8080/accept-invitation?token=tli_", mail["variables"]!["url"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Twenty_who_accept_at_once_become_one_member()
    {
        var anna = await host.RegisterAsync();
        var email = NewEmail();
        var token = await InviteAsync(anna, email);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AcceptAsync(token)));
        Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.OK), a => Assert.True(a.Status is HttpStatusCode.NotFound or HttpStatusCode.Unauthorized, a.Body));
        Assert.Equal(2L, await host.ScalarAsync<long>("select count(*) from membership where tenant_id = $1", anna.TenantId));
        Assert.Equal(HttpStatusCode.NotFound, (await AcceptAsync(token)).Status);
    }

    [Fact]
    public async Task An_invitation_expires_after_seven_days()
    {
        var anna = await host.RegisterAsync();
        var (inTime, late) = (await InviteAsync(anna, NewEmail()), await InviteAsync(anna, NewEmail()));
        host.Clock.Move(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await AcceptAsync(inTime)).Status);
        host.Clock.Move(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.NotFound, (await AcceptAsync(late)).Status);
    }

    [Fact]
    public async Task A_revoked_or_replaced_invitation_opens_nothing()
    {
        var anna = await host.RegisterAsync();
        var email = NewEmail();
        var first = await InviteAsync(anna, email);
        var second = await InviteAsync(anna, email);
        Assert.Equal(HttpStatusCode.NotFound, (await AcceptAsync(first)).Status);
        var open = Assert.Single((await anna.GetAsync("/api/identity/invitations"))["data"]!.AsArray())!;
        using var revoked = await anna.SendAsync(HttpMethod.Delete, $"/api/identity/invitations/{open["id"]}");
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await AcceptAsync(second)).Status);
        using var again = await anna.SendAsync(HttpMethod.Delete, $"/api/identity/invitations/{open["id"]}");
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
    }

    [Fact]
    public async Task Unknown_used_and_expired_links_get_the_same_answer()
    {
        var anna = await host.RegisterAsync();
        var token = await InviteAsync(anna, NewEmail());
        await AcceptAsync(token);
        var (used, unknown) = (await AcceptAsync(token), await AcceptAsync("tli_" + new string('A', 43)));
        Assert.Equal(used, unknown);
    }

    [Fact]
    public async Task An_account_that_exists_comes_in_with_its_own_password_only()
    {
        var (anna, bo) = (await host.RegisterAsync(), await host.RegisterAsync());
        var token = await InviteAsync(anna, bo.Email);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AcceptAsync(token)).Status);
        var session = await bo.Client.PostAsync("/api/identity/invitations/accept", new { token, name = "Renamed", password = bo.Password });
        Assert.Equal(anna.TenantId, session["tenant"]!["id"]!.GetValue<Guid>());
        Assert.Equal("Anna Owner", session["user"]!["name"]!.GetValue<string>());
        Assert.Equal(2, (await bo.GetAsync("/api/identity/me"))["tenants"]!.AsArray().Count);
    }

    [Fact]
    public async Task Who_is_a_member_already_is_not_invited()
    {
        var anna = await host.RegisterAsync();
        using var response = await anna.SendAsync(HttpMethod.Post, "/api/identity/invitations", new { email = anna.Email.ToUpperInvariant(), role = "agent" });
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
    }

    [Fact]
    public async Task The_same_idempotency_key_sends_one_invitation()
    {
        var anna = await host.RegisterAsync();
        var email = NewEmail();
        var ids = new HashSet<string>();
        for (var i = 0; i < 3; i++)
        {
            using var response = await anna.Client.SendAsync(
                HttpMethod.Post, "/api/identity/invitations", new { email, role = "agent" }, anna.Token, ("Idempotency-Key", "once"));
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
            ids.Add(JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["id"]!.GetValue<string>());
        }
        Assert.Single(ids);
        Assert.Equal(1L, await host.ScalarAsync<long>("select count(*) from outbox where type = 'email.requested' and tenant_id = $1", anna.TenantId));
    }

    [Fact]
    public async Task A_new_account_needs_a_name_and_a_good_password()
    {
        var anna = await host.RegisterAsync();
        var token = await InviteAsync(anna, NewEmail());
        using var noName = await host.Client().SendAsync(HttpMethod.Post, "/api/identity/invitations/accept", new { token, password = Password });
        Assert.Equal(HttpStatusCode.BadRequest, noName.StatusCode);
        using var weak = await host.Client().SendAsync(HttpMethod.Post, "/api/identity/invitations/accept", new { token, name = "Bo", password = "password1234" });
        Assert.Equal(HttpStatusCode.BadRequest, weak.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await AcceptAsync(token)).Status);
    }

    /// <summary>The token of the newest e-mail to this address.</summary>
    internal static async Task<string> TokenAsync(IdentityHost host, Guid tenantId, string email)
    {
        var url = await host.ScalarAsync<string>("""
            select payload::json -> 'variables' ->> 'url' from outbox
            where type = 'email.requested' and tenant_id = $1 and payload::json ->> 'to' = $2 order by seq desc limit 1
            """, tenantId, email);
        return url[(url.IndexOf("token=", StringComparison.Ordinal) + 6)..];
    }

    private async Task<string> InviteAsync(Account owner, string email)
    {
        await owner.PostAsync("/api/identity/invitations", new { email, role = "agent" });
        return await TokenAsync(host, owner.TenantId, email);
    }

    private async Task<(HttpStatusCode Status, string Body)> AcceptAsync(string token)
    {
        using var response = await host.Client().SendAsync(HttpMethod.Post, "/api/identity/invitations/accept", new { token, name = "Bo", password = Password });
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsObject();
        body.Remove("traceId");
        return (response.StatusCode, body.ToJsonString());
    }

    private static string NewEmail() => $"invited-{Guid.NewGuid():n}@example.com";
}
