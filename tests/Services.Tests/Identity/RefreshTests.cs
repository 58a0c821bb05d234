using System.Net;
using System.Text.Json.Nodes;
using Tideline.Testing;

namespace Tideline.Services.Tests.Identity;

/// <summary>Refresh tokens: one use each, safe against races and lost answers, deadly for whoever stole one.</summary>
public sealed class RefreshTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task Fifty_refreshes_at_once_get_one_successor_and_sign_nobody_out()
    {
        var anna = await host.RegisterAsync();
        var current = anna.RefreshToken;
        for (var round = 0; round < 5; round++)
        {
            using var start = new ManualResetEventSlim();
            var asked = Enumerable.Range(0, 50).Select(_ => Task.Run(() =>
            {
                start.Wait(TestContext.Current.CancellationToken);
                return RefreshAsync(anna.Client, current);
            })).ToList();
            start.Set();
            var answers = await Task.WhenAll(asked);

            Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.Status));
            var successor = Assert.Single(answers.Select(a => a.Body["refreshToken"]!.GetValue<string>()).Distinct());
            Assert.NotEqual(current, successor);
            current = successor;
            using var me = await anna.Client.SendAsync(HttpMethod.Get, "/api/identity/me", token: answers[49].Body["accessToken"]!.GetValue<string>());
            Assert.Equal(HttpStatusCode.OK, me.StatusCode);
        }
        Assert.Equal(1L, await host.ScalarAsync<long>("select count(*) from session where user_id = $1 and ended_at is null", anna.UserId));
        Assert.Equal(6L, await host.ScalarAsync<long>(
            "select count(*) from refresh_token t join session s on s.id = t.session_id where s.user_id = $1", anna.UserId));
    }

    [Fact]
    public async Task An_answer_that_got_lost_is_given_again_within_ten_seconds()
    {
        var anna = await host.RegisterAsync();
        var current = anna.RefreshToken;
        for (var i = 0; i < 20; i++)
        {
            var lost = await RefreshAsync(anna.Client, current);
            host.Clock.Move(TimeSpan.FromSeconds(9));
            var again = await RefreshAsync(anna.Client, current);
            Assert.Equal(HttpStatusCode.OK, again.Status);
            Assert.Equal(lost.Body["refreshToken"]!.GetValue<string>(), again.Body["refreshToken"]!.GetValue<string>());
            current = again.Body["refreshToken"]!.GetValue<string>();
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(31)]
    [InlineData(86_400)]
    public async Task An_old_token_used_later_ends_the_whole_family(int seconds)
    {
        var anna = await host.RegisterAsync();
        var next = (await RefreshAsync(anna.Client, anna.RefreshToken)).Body["refreshToken"]!.GetValue<string>();
        host.Clock.Move(TimeSpan.FromSeconds(seconds));

        var replay = await RefreshAsync(anna.Client, anna.RefreshToken);
        Assert.Equal(HttpStatusCode.Unauthorized, replay.Status);
        Assert.Equal("session_ended", replay.Body["code"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.Unauthorized, (await RefreshAsync(anna.Client, next)).Status);
        Assert.Equal("token_reused", await host.ScalarAsync<string>("select end_reason from session where user_id = $1", anna.UserId));
        Assert.Equal(1L, await host.ScalarAsync<long>(
            "select count(*) from outbox where type = 'session.revoked' and tenant_id = $1", anna.TenantId));
    }

    [Theory]
    [InlineData("10.200.0.1", "somebody else/1")]
    [InlineData("203.0.113.9", "tests/1")]
    public async Task An_old_token_from_another_client_ends_the_family_at_once(string address, string userAgent)
    {
        var anna = await host.RegisterAsync("10.200.0.1");
        var next = (await RefreshAsync(anna.Client, anna.RefreshToken)).Body["refreshToken"]!.GetValue<string>();
        Assert.Equal(HttpStatusCode.Unauthorized, (await RefreshAsync(host.Client(address, userAgent), anna.RefreshToken)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await RefreshAsync(anna.Client, next)).Status);
    }

    [Fact]
    public async Task A_session_ends_after_a_week_without_a_refresh()
    {
        var anna = await host.RegisterAsync();
        host.Clock.Move(TimeSpan.FromDays(7) + TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await RefreshAsync(anna.Client, anna.RefreshToken)).Status);
    }

    [Fact]
    public async Task A_session_ends_after_thirty_days_however_often_it_is_refreshed()
    {
        var anna = await host.RegisterAsync();
        var token = anna.RefreshToken;
        for (var day = 0; day < 24; day += 6)
        {
            host.Clock.Move(TimeSpan.FromDays(6));
            var answer = await RefreshAsync(anna.Client, token);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            token = answer.Body["refreshToken"]!.GetValue<string>();
        }
        host.Clock.Move(TimeSpan.FromDays(6) + TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await RefreshAsync(anna.Client, token)).Status);
    }

    [Theory]
    [InlineData("tlr_")]
    [InlineData("tlr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("tlr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA!")]
    [InlineData("")]
    [InlineData("eyJhbGciOiJub25lIn0..")]
    public async Task A_made_up_token_is_refused(string token) =>
        Assert.Equal(HttpStatusCode.Unauthorized, (await RefreshAsync(host.Client(), token)).Status);

    [Fact]
    public async Task Signing_out_ends_the_session_and_tells_everybody()
    {
        var anna = await host.RegisterAsync();
        using var answer = await anna.SendAsync(HttpMethod.Post, "/api/identity/sign-out", new { });
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await RefreshAsync(anna.Client, anna.RefreshToken)).Status);
        Assert.Equal(1L, await host.ScalarAsync<long>("select count(*) from outbox where type = 'session.revoked' and tenant_id = $1", anna.TenantId));
    }

    [Fact]
    public async Task Signing_out_works_with_the_refresh_token_alone_and_twice()
    {
        var anna = await host.RegisterAsync();
        for (var i = 0; i < 2; i++)
        {
            using var answer = await anna.Client.SendAsync(HttpMethod.Post, "/api/identity/sign-out", new { refreshToken = anna.RefreshToken });
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }
        Assert.Equal("signed_out", await host.ScalarAsync<string>("select end_reason from session where user_id = $1", anna.UserId));
    }

    [Fact]
    public async Task No_token_is_stored_as_it_is()
    {
        var anna = await host.RegisterAsync();
        var secret = anna.RefreshToken["tlr_".Length..];
        Assert.Equal(0L, await host.ScalarAsync<long>("select count(*) from refresh_token t where t::text like '%' || $1 || '%'", secret));
        Assert.Equal(32, await host.ScalarAsync<int>("select max(length(token_hash)) from refresh_token"));
    }

    internal static async Task<(HttpStatusCode Status, JsonNode Body)> RefreshAsync(IdentityClientUnderTest client, string token)
    {
        using var response = await client.SendAsync(HttpMethod.Post, "/api/identity/refresh", new { refreshToken = token });
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!);
    }
}
