using System.Net;
using System.Text.Json.Nodes;

namespace Tideline.Services.Tests.Identity;

/// <summary>The console's way: the refresh token in a cookie that scripts cannot read and other sites cannot use.</summary>
public sealed class RefreshCookieTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    private static readonly (string, string) Console = ("X-Tideline-Client", "console");

    [Fact]
    public async Task The_console_gets_its_refresh_token_as_a_cookie_that_only_identity_sees()
    {
        var (_, answer, cookies) = await SignInAsync();
        Assert.Null(answer["refreshToken"]);
        var cookie = Assert.Single(cookies, c => c.StartsWith("tl_refresh=tlr_", StringComparison.Ordinal)).ToLowerInvariant();
        Assert.Contains("httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("samesite=strict", cookie, StringComparison.Ordinal);
        Assert.Contains("path=/api/identity", cookie, StringComparison.Ordinal);
        Assert.Contains("max-age=604800", cookie, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cookie_refreshes_the_session_and_is_rotated()
    {
        var (client, _, cookies) = await SignInAsync();
        using var response = await RefreshAsync(client, cookies, Console);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Null(JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["refreshToken"]);
        var next = Cookie(response.Headers.GetValues("Set-Cookie"));
        Assert.NotEqual(Cookie(cookies), next);
        using var again = await RefreshAsync(client, [next], Console);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task Another_sites_page_cannot_use_the_cookie()
    {
        var (client, _, cookies) = await SignInAsync();
        using var plain = await RefreshAsync(client, cookies);
        Assert.Equal(HttpStatusCode.Forbidden, plain.StatusCode);
        using var sibling = await RefreshAsync(client, cookies, Console, ("Sec-Fetch-Site", "same-site"));
        Assert.Equal(HttpStatusCode.Forbidden, sibling.StatusCode);
        using var foreign = await RefreshAsync(client, cookies, Console, ("Sec-Fetch-Site", "cross-site"));
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        using var form = await client.SendAsync(HttpMethod.Post, "/api/identity/refresh", new StringContent("{}", null, "text/plain"), null, ("Cookie", Cookie(cookies)));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, form.StatusCode); // the most that a form of another page can send
        using var signOut = await client.SendAsync(HttpMethod.Post, "/api/identity/sign-out", new { }, null, ("Cookie", Cookie(cookies)));
        Assert.Equal(HttpStatusCode.Forbidden, signOut.StatusCode);

        using var own = await RefreshAsync(client, cookies, Console, ("Sec-Fetch-Site", "same-origin"));
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
    }

    [Fact]
    public async Task A_refused_refresh_leaves_the_cookie_alone()
    {
        // Two tabs: the one that comes too late must not take the other's cookie away.
        using var response = await host.Client().SendAsync(
            HttpMethod.Post, "/api/identity/refresh", new { }, null, Console, ("Cookie", "tl_refresh=tlr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Signing_out_takes_the_cookie_back_and_ends_the_session()
    {
        var (client, _, cookies) = await SignInAsync();
        using var response = await client.SendAsync(HttpMethod.Post, "/api/identity/sign-out", new { }, null, Console, ("Cookie", Cookie(cookies)));
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Contains(response.Headers.GetValues("Set-Cookie"), c => c.StartsWith("tl_refresh=;", StringComparison.Ordinal));
        using var after = await RefreshAsync(client, cookies, Console);
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }

    private async Task<(IdentityClientUnderTest Client, JsonNode Answer, string[] Cookies)> SignInAsync()
    {
        var anna = await host.RegisterAsync();
        using var response = await anna.Client.SendAsync(
            HttpMethod.Post, "/api/identity/sign-in", new { email = anna.Email, password = anna.Password }, null, Console);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (anna.Client, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!, [.. response.Headers.GetValues("Set-Cookie")]);
    }

    private static Task<HttpResponseMessage> RefreshAsync(IdentityClientUnderTest client, string[] cookies, params (string, string)[] headers) =>
        client.SendAsync(HttpMethod.Post, "/api/identity/refresh", new { }, null, [("Cookie", Cookie(cookies)), .. headers]);

    private static string Cookie(IEnumerable<string> cookies) =>
        cookies.First(c => c.StartsWith("tl_refresh=", StringComparison.Ordinal)).Split(';')[0];
}
