using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tideline.Identity.Tokens;

namespace Tideline.Services.Tests.Identity;

/// <summary>Keys change without anybody noticing, in any number of processes.</summary>
public sealed class SigningKeyTests
{
    [Fact]
    public async Task A_new_key_is_known_before_it_signs_and_the_old_one_until_nothing_of_it_lives()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var host = await StartAsync();
        await using var twin = await IdentityHost.StartAsync(host.Database, host.Clock);
        var atTwin = new IdentityClientUnderTest(new Uri(twin.Urls.First()), IdentityHost.NextAddress(), "tests/1");
        var anna = await host.RegisterAsync();
        var first = Assert.Single(await KidsAsync(atTwin));

        host.Clock.Move(TimeSpan.FromDays(30));
        var old = await SignInAsync(host.Client(), anna);
        Assert.Equal(first, Kid(old));
        var rings = new[] { host.App, twin }.Select(a => a.Services.GetRequiredService<SigningKeyRing>());
        await Task.WhenAll(rings.Select(r => r.RotateAsync(ct)));

        var published = await KidsAsync(atTwin);
        Assert.Equal(2, published.Count); // both processes rotated at once; one key came of it
        Assert.Equal(first, Kid(await SignInAsync(host.Client(), anna)));
        host.Clock.Move(TimeSpan.FromMinutes(2) + TimeSpan.FromSeconds(1));
        var renewed = await SignInAsync(host.Client(), anna);
        Assert.NotEqual(first, Kid(renewed));
        foreach (var token in (string[])[old, renewed])
        {
            using var me = await atTwin.SendAsync(HttpMethod.Get, "/api/identity/me", token: token);
            Assert.Equal(HttpStatusCode.OK, me.StatusCode);
        }
        host.Clock.Move(TimeSpan.FromHours(2));
        Assert.Equal([Kid(renewed)], await KidsAsync(atTwin));
        await twin.StopAsync(ct);
    }

    [Fact]
    public async Task Many_first_uses_make_one_key()
    {
        await using var host = await StartAsync();
        await using var twin = await IdentityHost.StartAsync(host.Database, host.Clock);
        var atTwin = new IdentityClientUnderTest(new Uri(twin.Urls.First()), IdentityHost.NextAddress(), "tests/1");
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => KidsAsync(i % 2 == 0 ? atTwin : host.Client())));
        Assert.Equal(1L, await host.ScalarAsync<long>("select count(*) from signing_key"));
        await twin.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_private_key_is_unreadable_without_the_secret_and_another_secret_makes_its_own_key()
    {
        await using var host = await StartAsync();
        var anna = await host.RegisterAsync();
        Assert.Equal(0L, await host.ScalarAsync<long>("select count(*) from signing_key where position('\\x06082a8648ce3d030107'::bytea in private_key) > 0"));
        await using var other = await IdentityHost.StartAsync(host.Database, host.Clock, new Dictionary<string, string?>
        {
            ["Services:identity:KeyEncryptionSecret"] = "quite another secret, as long as it has to be",
        });
        var client = new IdentityClientUnderTest(new Uri(other.Urls.First()), IdentityHost.NextAddress(), "tests/1");
        using var old = await client.SendAsync(HttpMethod.Get, "/api/identity/me", token: anna.Token);
        Assert.Equal(HttpStatusCode.OK, old.StatusCode);
        Assert.NotEqual(Kid(anna.Token), Kid(await SignInAsync(client, anna)));
        await other.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_weak_secret_keeps_the_service_from_starting()
    {
        await using var host = await StartAsync();
        await Assert.ThrowsAsync<OptionsValidationException>(() => IdentityHost.StartAsync(
            host.Database, host.Clock, new Dictionary<string, string?> { ["Services:identity:KeyEncryptionSecret"] = "secret" }));
    }

    private static async Task<IdentityHost> StartAsync()
    {
        var host = new IdentityHost();
        await host.InitializeAsync();
        return host;
    }

    private static async Task<List<string>> KidsAsync(IdentityClientUnderTest client)
    {
        var set = await client.ReadAsync(HttpMethod.Get, "/api/identity/.well-known/jwks.json", null, null);
        return [.. set["keys"]!.AsArray().Select(k => k!["kid"]!.GetValue<string>())];
    }

    private static async Task<string> SignInAsync(IdentityClientUnderTest client, Account anna) =>
        (await client.PostAsync("/api/identity/sign-in", new { email = anna.Email, password = anna.Password }))["accessToken"]!.GetValue<string>();

    private static string Kid(string token) => JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[0]))!["kid"]!.GetValue<string>();
}
