using System.Net;
using System.Text.Json.Nodes;
using Tideline.Identity.SecondFactor;

namespace Tideline.Services.Tests.Identity;

/// <summary>An account with an authenticator app opens with password and code, and with neither alone.</summary>
public sealed class SecondFactorTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task Signing_in_takes_a_code_from_the_moment_it_was_confirmed()
    {
        var anna = await host.RegisterAsync();
        var begun = await anna.PostAsync("/api/identity/second-factor/totp", new { password = anna.Password });
        Assert.StartsWith("otpauth://totp/Tideline:", begun["uri"]!.GetValue<string>(), StringComparison.Ordinal);
        // Somebody who only began still comes in.
        Assert.Equal("200", await SignInAsync(anna, null));

        var app = await ConfirmAsync(anna, begun["secret"]!.GetValue<string>());
        Assert.Equal("401 second_factor_required", await SignInAsync(anna, null));
        Assert.Equal("401 invalid_code", await SignInAsync(anna, "000000"));
        Later();
        Assert.Equal("200", await SignInAsync(anna, app.Code(host)));
        var state = await anna.GetAsync("/api/identity/second-factor");
        Assert.True(state["enabled"]!.GetValue<bool>());
        Assert.Equal(10, state["recoveryCodesLeft"]!.GetValue<int>());
    }

    [Fact]
    public async Task Without_the_right_password_nothing_tells_that_there_is_a_second_factor()
    {
        var (anna, bo) = (await host.RegisterAsync(), await host.RegisterAsync());
        var app = await EnrolAsync(anna);
        foreach (var code in (string?[])[null, "000000", app.Code(host)])
            Assert.Equal(await WholeAsync(bo.Email, code), await WholeAsync(anna.Email, code));

        async Task<string> WholeAsync(string email, string? code)
        {
            using var response = await host.Client().SendAsync(HttpMethod.Post, "/api/identity/sign-in", new { email, password = "not the password", code });
            var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsObject();
            body.Remove("traceId");
            return response.StatusCode + body.ToJsonString();
        }
    }

    [Fact]
    public async Task A_code_counts_once_however_often_it_comes_at_the_same_moment()
    {
        var anna = await host.RegisterAsync();
        var app = await EnrolAsync(anna);
        Later();
        var code = app.Code(host);
        // Fewer than the throttle lets pass, so that all are looked at.
        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => SignInAsync(anna, code)));
        Assert.Single(answers, "200");
        Later();
        Assert.Equal("401 invalid_code", await SignInAsync(anna, code));
        Assert.Equal("200", await SignInAsync(anna, app.Code(host)));
    }

    [Fact]
    public async Task The_code_that_confirmed_the_app_does_not_sign_in()
    {
        var anna = await host.RegisterAsync();
        var begun = await anna.PostAsync("/api/identity/second-factor/totp", new { password = anna.Password });
        var app = await ConfirmAsync(anna, begun["secret"]!.GetValue<string>());
        Assert.Equal("401 invalid_code", await SignInAsync(anna, app.Code(host)));
    }

    [Theory]
    [InlineData(-2, "401 invalid_code")]
    [InlineData(-1, "200")]
    [InlineData(1, "200")]
    [InlineData(2, "401 invalid_code")]
    public async Task A_phones_clock_may_be_half_a_minute_off(int steps, string answer)
    {
        var anna = await host.RegisterAsync();
        var app = await EnrolAsync(anna);
        host.Clock.Move(TimeSpan.FromMinutes(5));
        Assert.Equal(answer, await SignInAsync(anna, app.Code(host, steps)));
    }

    [Fact]
    public async Task A_thousand_guesses_are_hardly_looked_at_and_the_right_password_in_between_does_not_help()
    {
        var anna = await host.RegisterAsync();
        await EnrolAsync(anna);
        var stranger = host.Client();
        var answers = new List<string>();
        for (var i = 0; i < 200; i++)
        {
            answers.Add(await SignInAsync(anna, $"{i:000000}", stranger));
            if (i % 4 == 0) await SignInAsync(anna, null, stranger);
        }
        Assert.Equal(5, answers.Count(a => a == "401 invalid_code"));
        Assert.Equal(195, answers.Count(a => a == "429 too_many_attempts"));
    }

    [Fact]
    public async Task A_recovery_code_stands_in_for_the_app_once()
    {
        var anna = await host.RegisterAsync();
        var app = await EnrolAsync(anna);
        Assert.Equal(10, app.RecoveryCodes.Distinct().Count());
        var code = app.RecoveryCodes[3];
        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => SignInAsync(anna, code)));
        Assert.Single(answers, "200");
        Assert.Equal("200", await SignInAsync(anna, app.RecoveryCodes[4].Replace("-", " ", StringComparison.Ordinal).ToUpperInvariant()));
        Assert.Equal(8, (await anna.GetAsync("/api/identity/second-factor"))["recoveryCodesLeft"]!.GetValue<int>());
        // Not as they are, and not as a hash that somebody with a copy of the table could compute.
        Assert.Equal(0L, await host.ScalarAsync<long>(
            "select count(*) from recovery_code where user_id = $1 and (code_hash = sha256(convert_to($2, 'UTF8')) or code_hash = sha256(convert_to($3, 'UTF8')) or code_hash = convert_to($2, 'UTF8'))",
            anna.UserId, app.RecoveryCodes[5], app.RecoveryCodes[5].Replace("-", "", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task One_persons_recovery_code_is_nothing_to_another()
    {
        var (anna, bo) = (await host.RegisterAsync(), await host.RegisterAsync());
        var (annas, bos) = (await EnrolAsync(anna), await EnrolAsync(bo));
        Assert.Equal("401 invalid_code", await SignInAsync(bo, annas.RecoveryCodes[0]));
        Assert.Equal("200", await SignInAsync(bo, bos.RecoveryCodes[0]));
    }

    [Fact]
    public async Task New_recovery_codes_take_the_place_of_the_old()
    {
        var anna = await host.RegisterAsync();
        var app = await EnrolAsync(anna);
        var fresh = (await anna.PostAsync("/api/identity/second-factor/recovery-codes", new { password = anna.Password }))["recoveryCodes"]!.AsArray();
        Assert.Equal("401 invalid_code", await SignInAsync(anna, app.RecoveryCodes[0]));
        Assert.Equal("200", await SignInAsync(anna, fresh[0]!.GetValue<string>()));
    }

    [Fact]
    public async Task Who_was_signed_in_before_is_out_except_for_whoever_turned_it_on()
    {
        var anna = await host.RegisterAsync();
        var elsewhere = await anna.Client.PostAsync("/api/identity/sign-in", new { email = anna.Email, password = anna.Password });
        var first = anna.RefreshToken;
        var app = await EnrolAsync(anna);
        foreach (var old in (string[])[first, elsewhere["refreshToken"]!.GetValue<string>()])
            Assert.Equal(HttpStatusCode.Unauthorized, (await RefreshTests.RefreshAsync(anna.Client, old)).Status);
        Assert.Equal(HttpStatusCode.OK, (await RefreshTests.RefreshAsync(anna.Client, app.Session["refreshToken"]!.GetValue<string>())).Status);
    }

    [Fact]
    public async Task It_is_removed_with_the_password_or_a_code_and_with_nothing_less()
    {
        var anna = await host.RegisterAsync();
        var app = await EnrolAsync(anna);
        foreach (var proof in (object[])[new { }, new { password = "not mine at all" }, new { code = "000000" }])
        {
            using var refused = await anna.SendAsync(HttpMethod.Post, "/api/identity/second-factor/remove", proof);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
        Later();
        using var byCode = await anna.SendAsync(HttpMethod.Post, "/api/identity/second-factor/remove", new { code = app.Code(host) });
        Assert.Equal(HttpStatusCode.NoContent, byCode.StatusCode);
        Assert.Equal("200", await SignInAsync(anna, null));
        Assert.Equal(0L, await host.ScalarAsync<long>("select count(*) from recovery_code where user_id = $1", anna.UserId));

        await EnrolAsync(anna);
        using var byPassword = await anna.SendAsync(HttpMethod.Post, "/api/identity/second-factor/remove", new { password = anna.Password });
        Assert.Equal(HttpStatusCode.NoContent, byPassword.StatusCode);
        Assert.Equal("200", await SignInAsync(anna, null));
    }

    [Fact]
    public async Task It_is_not_begun_without_the_password_nor_over_one_that_is_on()
    {
        var anna = await host.RegisterAsync();
        using var wrong = await anna.SendAsync(HttpMethod.Post, "/api/identity/second-factor/totp", new { password = "not mine at all" });
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        await EnrolAsync(anna);
        using var again = await anna.SendAsync(HttpMethod.Post, "/api/identity/second-factor/totp", new { password = anna.Password });
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
    }

    [Fact]
    public async Task No_other_way_in_goes_around_it()
    {
        var (anna, bo) = (await host.RegisterAsync(), await host.RegisterAsync());
        var app = await EnrolAsync(bo);
        await anna.PostAsync("/api/identity/invitations", new { email = bo.Email, role = "agent" });
        var token = await InvitationTests.TokenAsync(host, anna.TenantId, bo.Email);
        Assert.Equal("401 second_factor_required", await CallAsync("/api/identity/invitations/accept", new { token, password = bo.Password }));
        Later();
        Assert.Equal("200", await CallAsync("/api/identity/invitations/accept", new { token, password = bo.Password, code = app.Code(host) }));

        // A new password from the mailbox opens no session, and the code is still asked for.
        using var asked = await host.ForgetAsync(bo.Email);
        var reset = await host.TokenAsync(bo.Email, "password_reset");
        Assert.Equal("204", await CallAsync("/api/identity/password/reset", new { token = reset, password = "another long way home" }));
        Assert.Equal("401 second_factor_required", await CallAsync("/api/identity/sign-in", new { email = bo.Email, password = "another long way home" }));
    }

    [Fact]
    public async Task The_secret_is_stored_encrypted_and_bound_to_its_owner()
    {
        var (anna, bo) = (await host.RegisterAsync(), await host.RegisterAsync());
        var (annas, bos) = (await EnrolAsync(anna), await EnrolAsync(bo));
        Assert.Equal(0L, await host.ScalarAsync<long>("select count(*) from totp_factor where user_id = $1 and position($2 in secret) > 0", anna.UserId, annas.Secret));
        await host.ScalarAsync<int>("with swapped as (update totp_factor set secret = (select secret from totp_factor where user_id = $1) where user_id = $2 returning 1) select 1", anna.UserId, bo.UserId);
        Later();
        Assert.Equal("401 invalid_code", await SignInAsync(bo, annas.Code(host)));
    }

    private void Later() => host.Clock.Move(TimeSpan.FromSeconds(60));

    private async Task<App> EnrolAsync(Account anna)
    {
        var begun = await anna.PostAsync("/api/identity/second-factor/totp", new { password = anna.Password });
        return await ConfirmAsync(anna, begun["secret"]!.GetValue<string>());
    }

    private async Task<App> ConfirmAsync(Account anna, string base32)
    {
        var secret = Read(base32);
        var wrong = await CallAsync("/api/identity/second-factor/totp/confirm", new { code = Totp.CodeAt(secret, Totp.StepAt(host.Clock.GetUtcNow()) + 5) }, anna);
        Assert.StartsWith("400", wrong, StringComparison.Ordinal);
        var answer = await anna.PostAsync("/api/identity/second-factor/totp/confirm", new { code = Totp.CodeAt(secret, Totp.StepAt(host.Clock.GetUtcNow())) });
        anna.Session = answer["session"]!;
        return new App(secret, [.. answer["recoveryCodes"]!.AsArray().Select(c => c!.GetValue<string>())], anna.Session);
    }

    private Task<string> SignInAsync(Account anna, string? code, IdentityClientUnderTest? client = null) =>
        CallAsync("/api/identity/sign-in", new { email = anna.Email, password = anna.Password, code }, client: client ?? anna.Client);

    private async Task<string> CallAsync(string path, object body, Account? anna = null, IdentityClientUnderTest? client = null)
    {
        using var response = await (client ?? anna?.Client ?? host.Client()).SendAsync(HttpMethod.Post, path, body, anna?.Token);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var code = response.IsSuccessStatusCode ? null : JsonNode.Parse(text)!["code"]!.GetValue<string>();
        return code is null ? $"{(int)response.StatusCode}" : $"{(int)response.StatusCode} {code}";
    }

    private static byte[] Read(string base32)
    {
        var bits = string.Concat(base32.Select(c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
    }

    private sealed record App(byte[] Secret, IReadOnlyList<string> RecoveryCodes, JsonNode Session)
    {
        public string Code(IdentityHost host, int steps = 0) => Totp.CodeAt(Secret, Totp.StepAt(host.Clock.GetUtcNow()) + steps);
    }
}
