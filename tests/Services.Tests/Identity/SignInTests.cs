using System.Net;
using System.Text.Json.Nodes;

namespace Tideline.Services.Tests.Identity;

/// <summary>Guessing is slow, tells nothing, and cannot be turned against the account's owner.</summary>
public sealed class SignInTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task A_wrong_password_and_an_unknown_account_look_the_same()
    {
        var anna = await host.RegisterAsync();
        var known = await TryAsync(host.Client(), anna.Email, "not the password at all");
        var unknown = await TryAsync(host.Client(), $"nobody-{Guid.NewGuid():n}@example.com", "not the password at all");
        var noAddress = await TryAsync(host.Client(), "no address", "not the password at all");
        Assert.Equal(HttpStatusCode.Unauthorized, known.Status);
        foreach (var other in (Answer[])[unknown, noAddress])
        {
            Assert.Equal(known.Status, other.Status);
            Assert.Equal(known.Body, other.Body);
            Assert.Equal(known.Headers, other.Headers);
        }
    }

    [Fact]
    public async Task Repeated_guesses_are_slowed_down_alike_for_known_and_unknown_accounts()
    {
        var anna = await host.RegisterAsync();
        var (here, there) = (host.Client(), host.Client());
        var unknown = $"nobody-{Guid.NewGuid():n}@example.com";
        var (a, b) = (new List<Answer>(), new List<Answer>());
        for (var i = 0; i < 8; i++)
        {
            a.Add(await TryAsync(here, anna.Email, "guess number " + i));
            b.Add(await TryAsync(there, unknown, "guess number " + i));
        }
        Assert.Equal(a.Select(x => (x.Status, x.Body, x.Headers)), b.Select(x => (x.Status, x.Body, x.Headers)));
        Assert.Equal(HttpStatusCode.Unauthorized, a[4].Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, a[5].Status);
        Assert.Contains("Retry-After", a[5].Headers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_the_pause_the_right_password_is_looked_at_again_and_clears_the_count()
    {
        var anna = await host.RegisterAsync();
        for (var i = 0; i < 5; i++) await TryAsync(anna.Client, anna.Email, "guess number " + i);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await TryAsync(anna.Client, anna.Email, anna.Password)).Status);
        host.Clock.Move(TimeSpan.FromSeconds(2));
        Assert.Equal(HttpStatusCode.OK, (await TryAsync(anna.Client, anna.Email, anna.Password)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await TryAsync(anna.Client, anna.Email, "guess number 6")).Status);
    }

    [Fact]
    public async Task Two_thousand_guesses_from_a_thousand_addresses_are_hardly_looked_at_and_the_owner_still_comes_in()
    {
        var anna = await host.RegisterAsync();
        var (_, deviceCookie) = await SignInAtConsoleAsync(anna);
        await Parallel.ForEachAsync(Enumerable.Range(0, 2_000), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
            await TryAsync(host.Client($"198.18.{i % 1000 / 250}.{i % 250}"), anna.Email, "guess number " + i));

        var looked = await host.ScalarAsync<long>("select count(*) from access_attempt where email_key = $1 and outcome = 'refused'", anna.Email);
        Assert.InRange(looked, 1, 100);
        // From home at once; on the road with the browser that has signed in before; a stranger's browser has to wait.
        Assert.Equal(HttpStatusCode.OK, (await TryAsync(anna.Client, anna.Email, anna.Password)).Status);
        Assert.Equal(HttpStatusCode.OK, (await TryAsync(host.Client(), anna.Email, anna.Password, ("Cookie", deviceCookie))).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await TryAsync(host.Client(), anna.Email, anna.Password)).Status);
        host.Clock.Move(TimeSpan.FromMinutes(15));
        Assert.Equal(HttpStatusCode.OK, (await TryAsync(host.Client(), anna.Email, anna.Password)).Status);
    }

    [Fact]
    public async Task A_list_of_leaked_pairs_tried_from_one_address_is_slowed_down()
    {
        var address = IdentityHost.NextAddress();
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 120; i++) answers.Add((await TryAsync(host.Client(address), $"leaked-{i}-{Guid.NewGuid():n}@example.com", "summer of sixty nine")).Status);
        Assert.Equal(100, answers.Count(s => s == HttpStatusCode.Unauthorized));
        Assert.Equal(20, answers.Count(s => s == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task A_hundred_guesses_at_the_same_moment_cannot_overtake_the_count()
    {
        var anna = await host.RegisterAsync();
        var stranger = host.Client();
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => TryAsync(stranger, anna.Email, "guess number " + i)));
        Assert.Equal(5, answers.Count(a => a.Status == HttpStatusCode.Unauthorized));
        Assert.Equal(95, answers.Count(a => a.Status == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task An_attempt_that_began_before_another_and_is_counted_after_it_is_looked_at()
    {
        var anna = await host.RegisterAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await TryAsync(anna.Client, anna.Email, "a slip of the finger")).Status);
        host.Clock.Move(TimeSpan.FromMilliseconds(-20));
        Assert.Equal(HttpStatusCode.OK, (await TryAsync(anna.Client, anna.Email, anna.Password)).Status);
        host.Clock.Move(TimeSpan.FromMilliseconds(20));
    }

    [Fact]
    public async Task Attempts_are_recorded_with_where_they_came_from()
    {
        var anna = await host.RegisterAsync();
        await TryAsync(host.Client("192.0.2.77", "curl/8"), anna.Email, "not the password at all");
        Assert.Equal("refused 192.0.2.77 curl/8", await host.ScalarAsync<string>(
            "select outcome || ' ' || ip || ' ' || user_agent from access_attempt where user_id = $1 order by at desc, id desc limit 1", anna.UserId));
    }

    [Fact]
    public async Task A_hash_with_fewer_rounds_is_made_anew_at_the_next_sign_in()
    {
        var anna = await host.RegisterAsync();
        const string stored = "select split_part(password_hash, '$', 2) from user_account where id = $1";
        Assert.Equal("1000", await host.ScalarAsync<string>(stored, anna.UserId));
        await using var stricter = await IdentityHost.StartAsync(
            host.Database, host.Clock, new Dictionary<string, string?> { ["Services:identity:PasswordIterations"] = "3000" });
        var client = new IdentityClientUnderTest(new Uri(stricter.Urls.First()), IdentityHost.NextAddress(), "tests/1");
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await TryAsync(client, anna.Email, anna.Password)).Status);
            Assert.Equal("3000", await host.ScalarAsync<string>(stored, anna.UserId));
        }
        await stricter.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Passwords_are_compared_exactly()
    {
        var client = host.Client();
        var email = $"exact-{Guid.NewGuid():n}@example.com";
        const string password = " Ünïcode ﬀ pässphrase ";
        await client.PostAsync("/api/identity/register", new { email, password, name = "X", tenantName = "X" });
        Assert.Equal(HttpStatusCode.OK, (await TryAsync(client, email, password)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await TryAsync(client, email, password.Trim())).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await TryAsync(client, email, password.ToLowerInvariant())).Status);
    }

    [Theory]
    [InlineData("a\\u0000bcdefghijklmnop")]
    [InlineData("\\ud800 lone surrogate here")]
    public async Task A_password_that_cannot_be_text_is_refused_as_bad_input(string escaped)
    {
        using var body = new StringContent($$"""{"email":"a@example.com","password":"{{escaped}}"}""", null, "application/json");
        using var response = await host.Client().SendAsync(HttpMethod.Post, "/api/identity/sign-in", body);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_password_of_a_megabyte_is_refused_without_hashing_it()
    {
        var answer = await TryAsync(host.Client(), "a@example.com", new string('x', 1_000_000));
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
    }

    private async Task<(JsonNode Session, string DeviceCookie)> SignInAtConsoleAsync(Account anna)
    {
        using var response = await anna.Client.SendAsync(
            HttpMethod.Post, "/api/identity/sign-in", new { email = anna.Email, password = anna.Password }, null, ("X-Tideline-Client", "console"));
        var device = response.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("tl_device=", StringComparison.Ordinal)).Split(';')[0];
        return (JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!, device);
    }

    private static async Task<Answer> TryAsync(IdentityClientUnderTest client, string email, string password, params (string, string)[] headers)
    {
        using var response = await client.SendAsync(HttpMethod.Post, "/api/identity/sign-in", new { email, password }, null, headers);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsObject();
        body.Remove("traceId");
        return new Answer(response.StatusCode, body.ToJsonString(), string.Join(", ", response.Headers.Where(h => h.Key != "Date").Select(h => h.Key).Order()));
    }

    private sealed record Answer(HttpStatusCode Status, string Body, string Headers);
}
