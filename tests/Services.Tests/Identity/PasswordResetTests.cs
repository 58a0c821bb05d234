using System.Net;
using System.Text.Json.Nodes;
using Tideline.Testing;

namespace Tideline.Services.Tests.Identity;

/// <summary>A forgotten password: the way to a new one goes through the mailbox, once, and tells nobody else anything.</summary>
public sealed class PasswordResetTests(IdentityHost host, PlatformFixture fixture) : IClassFixture<IdentityHost>
{
    private const string Next = "eleven copper kites over water";

    [Fact]
    public async Task The_link_sets_a_new_password_and_ends_what_the_old_one_opened()
    {
        var anna = await host.RegisterAsync();
        using var asked = await host.ForgetAsync(anna.Email);
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await ResetAsync(await TokenAsync(anna))).Status);

        Assert.Equal(HttpStatusCode.Unauthorized, (await RefreshTests.RefreshAsync(anna.Client, anna.RefreshToken)).Status);
        Assert.Equal(1L, await host.ScalarAsync<long>("select count(*) from outbox where type = 'session.revoked' and key = $1", Sid(anna)));
        Assert.Equal(HttpStatusCode.Unauthorized, await SignInAsync(anna, anna.Password));
        Assert.Equal(HttpStatusCode.OK, await SignInAsync(anna, Next));
        Assert.Equal(1L, await host.CountAsync(anna.Email, "account_notice"));
    }

    [Fact]
    public async Task Whether_an_address_has_an_account_cannot_be_told_from_the_answer_or_from_what_is_done_for_it()
    {
        var anna = await host.RegisterAsync();
        var known = await ShapeAsync(host.Client(), anna.Email);
        var unknown = await ShapeAsync(host.Client(), $"nobody-{Guid.NewGuid():n}@example.com");
        Assert.Equal(known, unknown);
        // The request itself looks nothing up and mails nothing: there is nothing to measure.
        Assert.Equal(0L, await host.CountAsync(anna.Email, "password_reset"));
        await host.HandleForgottenAsync(anna.Email);
        Assert.Equal(1L, await host.CountAsync(anna.Email, "password_reset"));

        async Task<string> ShapeAsync(IdentityClientUnderTest client, string email)
        {
            var before = await host.ScalarAsync<long>("select count(*) from outbox where type = 'password-reset.requested' and key = $1", email);
            using var answer = await client.SendAsync(HttpMethod.Post, "/api/identity/password/forgot", new { email });
            var told = await host.ScalarAsync<long>("select count(*) from outbox where type = 'password-reset.requested' and key = $1", email) - before;
            var headers = string.Join(", ", answer.Headers.Where(h => h.Key != "Date").Select(h => h.Key).Order());
            return $"{answer.StatusCode} {headers} {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)} {told}";
        }
    }

    [Fact]
    public async Task A_link_works_once_however_many_follow_it_at_the_same_moment()
    {
        var anna = await host.RegisterAsync();
        using var asked = await host.ForgetAsync(anna.Email);
        var token = await TokenAsync(anna);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ResetAsync(token)));
        Assert.Single(answers, a => a.Status == HttpStatusCode.NoContent);
        Assert.Equal(19, answers.Count(a => a.Status == HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task A_link_ends_after_half_an_hour_and_when_a_newer_one_is_asked_for()
    {
        var anna = await host.RegisterAsync();
        using var first = await host.ForgetAsync(anna.Email);
        var replaced = await TokenAsync(anna);
        using var second = await host.ForgetAsync(anna.Email);
        var late = await TokenAsync(anna);
        Assert.Equal(HttpStatusCode.NotFound, (await ResetAsync(replaced)).Status);
        host.Clock.Move(TimeSpan.FromMinutes(30));
        Assert.Equal(HttpStatusCode.NotFound, (await ResetAsync(late)).Status);
        using var third = await host.ForgetAsync(anna.Email);
        var inTime = await TokenAsync(anna);
        host.Clock.Move(TimeSpan.FromMinutes(30) - TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.NoContent, (await ResetAsync(inTime)).Status);
    }

    [Fact]
    public async Task Unknown_used_and_replaced_links_get_the_same_answer()
    {
        var anna = await host.RegisterAsync();
        using var asked = await host.ForgetAsync(anna.Email);
        var token = await TokenAsync(anna);
        await ResetAsync(token);
        Assert.Equal(await ResetAsync(token), await ResetAsync("tlo_" + new string('A', 43)));
    }

    [Fact]
    public async Task A_password_that_is_refused_does_not_use_the_link_up()
    {
        var anna = await host.RegisterAsync();
        using var asked = await host.ForgetAsync(anna.Email);
        var token = await TokenAsync(anna);
        var weak = await ResetAsync(token, "password1234");
        Assert.Equal(HttpStatusCode.BadRequest, weak.Status);
        Assert.Contains("\"password\"", weak.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, (await ResetAsync(token)).Status);
    }

    [Fact]
    public async Task Nobody_fills_a_mailbox_or_asks_for_a_list_of_addresses()
    {
        var anna = await host.RegisterAsync();
        for (var i = 0; i < 8; i++) (await host.ForgetAsync(anna.Email)).Dispose();
        Assert.Equal(5L, await host.CountAsync(anna.Email, "password_reset"));
        // The newest that was mailed still works: whoever asks in somebody's name cannot keep them from it.
        Assert.Equal(HttpStatusCode.NoContent, (await ResetAsync(await TokenAsync(anna))).Status);

        var client = host.Client();
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 40; i++)
        {
            using var answer = await client.SendAsync(HttpMethod.Post, "/api/identity/password/forgot", new { email = $"list-{i}@example.com" });
            answers.Add(answer.StatusCode);
        }
        Assert.Equal(10, answers.Count(s => s == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task The_token_is_nowhere_in_the_database_but_in_the_mail_and_the_link_leads_to_our_console()
    {
        var anna = await host.RegisterAsync();
        using var forged = await anna.Client.SendAsync(
            HttpMethod.Post, "/api/identity/password/forgot", new { email = anna.Email }, null, ("X-Forwarded-Host", "evil.example"), ("Host", "evil.example"));
        await host.HandleForgottenAsync(anna.Email);
        var token = await TokenAsync(anna);
        var url = await host.ScalarAsync<string>(
            "select payload::json -> 'variables' ->> 'url' from outbox where type = 'email.requested' and payload::json ->> 'to' = $1 order by seq desc limit 1", anna.Email);
        Assert.Equal("http://127.0.0.1:8080/reset-password?token=" + token, url);
        Assert.Equal(0L, await host.ScalarAsync<long>("select count(*) from one_time_token where token_hash = convert_to($1, 'UTF8') or one_time_token::text like '%' || $1 || '%'", token));
    }

    [Fact]
    public async Task The_password_is_changed_by_whoever_knows_it_and_all_other_sessions_end()
    {
        var anna = await host.RegisterAsync();
        var elsewhere = await anna.Client.PostAsync("/api/identity/sign-in", new { email = anna.Email, password = anna.Password });
        using var wrong = await anna.SendAsync(HttpMethod.Post, "/api/identity/password/change", new { currentPassword = "not my password", newPassword = Next });
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Contains("currentPassword", await wrong.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        var session = await anna.PostAsync("/api/identity/password/change", new { currentPassword = anna.Password, newPassword = Next });
        foreach (var old in (string[])[anna.RefreshToken, elsewhere["refreshToken"]!.GetValue<string>()])
            Assert.Equal(HttpStatusCode.Unauthorized, (await RefreshTests.RefreshAsync(anna.Client, old)).Status);
        Assert.Equal(HttpStatusCode.OK, (await RefreshTests.RefreshAsync(anna.Client, session["refreshToken"]!.GetValue<string>())).Status);
        Assert.Equal(anna.TenantId, session["tenant"]!["id"]!.GetValue<Guid>());
        Assert.Equal(HttpStatusCode.OK, await SignInAsync(anna, Next));
    }

    [Fact]
    public async Task A_stolen_access_token_does_not_let_anybody_guess_the_password()
    {
        var anna = await host.RegisterAsync();
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 10; i++)
        {
            using var answer = await anna.SendAsync(HttpMethod.Post, "/api/identity/password/change", new { currentPassword = "guess " + i, newPassword = Next });
            answers.Add(answer.StatusCode);
        }
        Assert.Equal(5, answers.Count(s => s == HttpStatusCode.BadRequest));
        Assert.Equal(5, answers.Count(s => s == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task On_the_whole_platform_the_mail_arrives_and_its_link_works()
    {
        var anna = await fixture.Platform.NewTenantAsync();
        using var anonymous = fixture.Platform.Anonymous();
        var email = (await anna.GetAsync("/api/identity/me"))["user"]!["email"]!.GetValue<string>();
        await anonymous.PostAsync("/api/identity/password/forgot", new { email });
        var list = await Eventually.Get(() => anna.GetAsync("/api/notifications/sandbox?q=" + email), l => l["data"]!.AsArray().Count == 1, "the mail");
        var text = (await anna.GetAsync($"/api/notifications/sandbox/{list["data"]![0]!["id"]}"))["text"]!.GetValue<string>();
        Assert.Contains("30 minutes", text, StringComparison.Ordinal);
        var token = text[(text.IndexOf("token=", StringComparison.Ordinal) + 6)..][..47];
        await anonymous.PostAsync("/api/identity/password/reset", new { token, password = Next });
        var session = await anonymous.PostAsync("/api/identity/sign-in", new { email, password = Next });
        Assert.Equal(anna.UserId, session["user"]!["id"]!.GetValue<Guid>());
    }

    private Task<string> TokenAsync(Account anna) => host.TokenAsync(anna.Email, "password_reset");

    private async Task<(HttpStatusCode Status, string Body)> ResetAsync(string token, string password = Next)
    {
        using var response = await host.Client().SendAsync(HttpMethod.Post, "/api/identity/password/reset", new { token, password });
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (text.Length == 0) return (response.StatusCode, "");
        var body = JsonNode.Parse(text)!.AsObject();
        body.Remove("traceId");
        return (response.StatusCode, body.ToJsonString());
    }

    private async Task<HttpStatusCode> SignInAsync(Account anna, string password)
    {
        using var response = await host.Client().SendAsync(HttpMethod.Post, "/api/identity/sign-in", new { email = anna.Email, password });
        return response.StatusCode;
    }

    private static string Sid(Account anna) =>
        JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(anna.Token.Split('.')[1]))!["sid"]!.GetValue<string>();
}
