using System.Net;
using System.Text.Json.Nodes;

namespace Tideline.Services.Tests.Identity;

/// <summary>An address is proved by a link that went there; another one becomes the account's only so.</summary>
public sealed class EmailAddressTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task Who_registers_is_asked_whether_the_address_is_theirs()
    {
        await using var asking = await IdentityHost.StartAsync(
            host.Database, host.Clock, new Dictionary<string, string?> { ["Services:identity:VerifyEmailAtRegistration"] = "true" });
        var client = new IdentityClientUnderTest(new Uri(asking.Urls.First()), IdentityHost.NextAddress(), "tests/1");
        var email = $"new-{Guid.NewGuid():n}@example.com";
        var session = await client.PostAsync("/api/identity/register", new { email, password = "nine quiet harbours 12", name = "N", tenantName = "N" });
        Assert.False(session["user"]!["emailVerified"]!.GetValue<bool>());
        Assert.Equal(HttpStatusCode.NoContent, await ConfirmAsync(await host.TokenAsync(email, "email_verification")));
        var me = await client.ReadAsync(HttpMethod.Get, "/api/identity/me", null, session["accessToken"]!.GetValue<string>());
        Assert.True(me["user"]!["emailVerified"]!.GetValue<bool>());
        await asking.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_link_is_asked_for_again_and_the_newest_works_once_for_a_day()
    {
        var anna = await host.RegisterAsync();
        await AskAsync(anna);
        var first = await host.TokenAsync(anna.Email, "email_verification");
        await AskAsync(anna);
        var second = await host.TokenAsync(anna.Email, "email_verification");
        Assert.Equal(HttpStatusCode.NotFound, await ConfirmAsync(first));
        host.Clock.Move(TimeSpan.FromHours(24));
        Assert.Equal(HttpStatusCode.NotFound, await ConfirmAsync(second));
        anna.Session = (await RefreshTests.RefreshAsync(anna.Client, anna.RefreshToken)).Body; // a day has passed
        await AskAsync(anna);
        var third = await host.TokenAsync(anna.Email, "email_verification");
        Assert.Equal(HttpStatusCode.NoContent, await ConfirmAsync(third));
        Assert.Equal(HttpStatusCode.NotFound, await ConfirmAsync(third));
        using var again = await anna.SendAsync(HttpMethod.Post, "/api/identity/email/verification");
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
    }

    [Fact]
    public async Task Links_to_ones_own_mailbox_are_few()
    {
        var anna = await host.RegisterAsync();
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 7; i++)
        {
            using var answer = await anna.SendAsync(HttpMethod.Post, "/api/identity/email/verification");
            answers.Add(answer.StatusCode);
        }
        Assert.Equal(2, answers.Count(s => s == HttpStatusCode.TooManyRequests));
        Assert.Equal(5L, await host.CountAsync(anna.Email, "email_verification"));
    }

    [Fact]
    public async Task The_address_changes_when_the_link_in_the_new_mailbox_is_followed()
    {
        var anna = await host.RegisterAsync();
        var email = NewEmail();
        Assert.Equal(HttpStatusCode.Accepted, await ChangeAsync(anna, email, anna.Password));
        Assert.Equal(HttpStatusCode.OK, await SignInAsync(anna.Email, anna.Password));
        Assert.Equal(HttpStatusCode.Unauthorized, await SignInAsync(email, anna.Password));

        Assert.Equal(HttpStatusCode.NoContent, await ConfirmAsync(await host.TokenAsync(email, "email_verification")));
        Assert.Equal(HttpStatusCode.Unauthorized, await SignInAsync(anna.Email, anna.Password));
        Assert.Equal(HttpStatusCode.OK, await SignInAsync(email, anna.Password));
        Assert.Equal(1L, await host.CountAsync(anna.Email, "account_notice"));
        Assert.Equal(email, JsonNode.Parse(await host.ScalarAsync<string>("select payload from outbox where type = 'user.updated' and key = $1", anna.UserId.ToString()))!["email"]!.GetValue<string>());
        Assert.Equal(email, JsonNode.Parse(await host.ScalarAsync<string>(
            "select payload from outbox where type = 'membership.changed' and tenant_id = $1 order by seq desc limit 1", anna.TenantId))!["email"]!.GetValue<string>());
    }

    [Fact]
    public async Task Whether_another_account_has_the_address_is_told_in_its_mailbox_only()
    {
        var (anna, bo) = (await host.RegisterAsync(), await host.RegisterAsync());
        Assert.Equal(HttpStatusCode.Accepted, await ChangeAsync(anna, bo.Email, anna.Password));
        Assert.Equal(HttpStatusCode.Accepted, await ChangeAsync(anna, NewEmail(), anna.Password));
        Assert.Equal(HttpStatusCode.Accepted, await ChangeAsync(anna, bo.Email, anna.Password));
        Assert.Equal(HttpStatusCode.Conflict, await ConfirmAsync(await host.TokenAsync(bo.Email, "email_verification")));
        Assert.Equal(HttpStatusCode.OK, await SignInAsync(bo.Email, bo.Password));
        Assert.Equal(HttpStatusCode.OK, await SignInAsync(anna.Email, anna.Password));
    }

    [Fact]
    public async Task Two_accounts_that_want_one_address_at_the_same_moment_are_not_merged()
    {
        var (anna, bo) = (await host.RegisterAsync(), await host.RegisterAsync());
        var email = NewEmail();
        await ChangeAsync(anna, email, anna.Password);
        var first = await host.TokenAsync(email, "email_verification");
        await ChangeAsync(bo, email, bo.Password);
        var second = await host.TokenAsync(email, "email_verification");
        var answers = await Task.WhenAll(ConfirmAsync(first), ConfirmAsync(second));
        Assert.Single(answers, HttpStatusCode.NoContent);
        Assert.Single(answers, HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_way_to_a_new_password_that_went_to_the_old_mailbox_ends_with_it()
    {
        var anna = await host.RegisterAsync();
        using var asked = await host.ForgetAsync(anna.Email);
        var reset = await host.TokenAsync(anna.Email, "password_reset");
        var email = NewEmail();
        await ChangeAsync(anna, email, anna.Password);
        await ConfirmAsync(await host.TokenAsync(email, "email_verification"));
        using var late = await host.Client().SendAsync(HttpMethod.Post, "/api/identity/password/reset", new { token = reset, password = "some other words 123" });
        Assert.Equal(HttpStatusCode.NotFound, late.StatusCode);
    }

    [Fact]
    public async Task Without_the_password_and_a_real_address_nothing_is_sent()
    {
        var anna = await host.RegisterAsync();
        var email = NewEmail();
        Assert.Equal(HttpStatusCode.BadRequest, await ChangeAsync(anna, email, "not the password"));
        Assert.Equal(HttpStatusCode.BadRequest, await ChangeAsync(anna, "no address", anna.Password));
        Assert.Equal(HttpStatusCode.BadRequest, await ChangeAsync(anna, anna.Email.ToUpperInvariant(), anna.Password));
        Assert.Equal(0L, await host.CountAsync(email, "email_verification"));
    }

    [Fact]
    public async Task A_link_is_good_for_what_it_was_mailed_for_and_nothing_else()
    {
        var anna = await host.RegisterAsync();
        await AskAsync(anna);
        var token = await host.TokenAsync(anna.Email, "email_verification");
        using var misused = await host.Client().SendAsync(HttpMethod.Post, "/api/identity/password/reset", new { token, password = "some other words 123" });
        Assert.Equal(HttpStatusCode.NotFound, misused.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, await ConfirmAsync(token));
    }

    private static async Task AskAsync(Account anna)
    {
        using var asked = await anna.SendAsync(HttpMethod.Post, "/api/identity/email/verification");
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
    }

    private static async Task<HttpStatusCode> ChangeAsync(Account anna, string email, string password)
    {
        using var answer = await anna.SendAsync(HttpMethod.Post, "/api/identity/email/change", new { email, password });
        return answer.StatusCode;
    }

    private async Task<HttpStatusCode> ConfirmAsync(string token)
    {
        using var answer = await host.Client().SendAsync(HttpMethod.Post, "/api/identity/email/confirm", new { token });
        return answer.StatusCode;
    }

    private async Task<HttpStatusCode> SignInAsync(string email, string password)
    {
        using var response = await host.Client().SendAsync(HttpMethod.Post, "/api/identity/sign-in", new { email, password });
        return response.StatusCode;
    }

    private static string NewEmail() => $"other-{Guid.NewGuid():n}@example.com";
}
