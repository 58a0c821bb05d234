using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Tideline.Services.Tests.Identity;

public sealed class FirstStepsTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task Who_registers_is_signed_in_as_owner_of_a_workspace()
    {
        var anna = await host.RegisterAsync();

        var me = await anna.GetAsync("/api/identity/me");
        Assert.Equal(anna.Email, me["user"]!["email"]!.GetValue<string>());
        Assert.Equal("owner", me["role"]!.GetValue<string>());
        Assert.Equal(anna.TenantId, me["tenant"]!["id"]!.GetValue<Guid>());
        Assert.Equal("USD", me["tenant"]!["currency"]!.GetValue<string>());
        Assert.Contains("leads:write", me["permissions"]!.AsArray().Select(p => p!.GetValue<string>()));
        Assert.Equal(anna.TenantId, Assert.Single(me["tenants"]!.AsArray())!["id"]!.GetValue<Guid>());
    }

    [Fact]
    public async Task Who_registered_can_sign_in_elsewhere_however_the_address_is_written()
    {
        var anna = await host.RegisterAsync();
        var session = await host.Client().PostAsync("/api/identity/sign-in", new { email = " " + anna.Email.ToUpperInvariant(), password = anna.Password });
        Assert.Equal(anna.UserId, session["user"]!["id"]!.GetValue<Guid>());
        Assert.Equal(anna.TenantId, session["tenant"]!["id"]!.GetValue<Guid>());
    }

    [Fact]
    public async Task A_taken_address_cannot_be_registered_again_in_any_spelling()
    {
        var anna = await host.RegisterAsync();
        using var response = await host.Client().SendAsync(HttpMethod.Post, "/api/identity/register", new
        {
            email = anna.Email.ToUpperInvariant(),
            password = "another long sentence 77",
            name = "Mallory",
            tenantName = "M",
        });
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Equal("email_taken", JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task One_address_registered_twenty_times_at_once_becomes_one_account()
    {
        var email = $"race-{Guid.NewGuid():n}@example.com";
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            using var response = await host.Client().SendAsync(HttpMethod.Post, "/api/identity/register", new
            {
                email,
                password = "seven green lanterns " + i,
                name = "R",
                tenantName = "R" + i,
            });
            return response.StatusCode;
        }));
        Assert.Equal(1, answers.Count(s => s == HttpStatusCode.Created));
        Assert.All(answers.Where(s => s != HttpStatusCode.Created), s => Assert.Equal(HttpStatusCode.Conflict, s));
        Assert.Equal(1L, await host.ScalarAsync<long>("select count(*) from user_account where email_key = $1", email));
    }

    [Fact]
    public async Task The_key_set_holds_public_halves_only()
    {
        var set = await host.Client().ReadAsync(HttpMethod.Get, "/api/identity/.well-known/jwks.json", null, null);
        var key = Assert.Single(set["keys"]!.AsArray())!;
        Assert.Equal("ES256", key["alg"]!.GetValue<string>());
        Assert.Null(key["d"]);
        Assert.Equal(["alg", "crv", "kid", "kty", "use", "x", "y"], key.AsObject().Select(m => m.Key).Order());
    }

    [Fact]
    public async Task A_service_gets_a_token_for_its_secret_and_users_endpoints_refuse_it()
    {
        using var response = await host.Client().SendAsync(
            HttpMethod.Post, "/internal/identity/service-token", headers: ("Authorization", Basic("leads", IdentityHost.LeadsSecret)));
        var answer = await Testing.ApiClient.ReadAsync(response);
        Assert.Equal(900, answer["expiresIn"]!.GetValue<int>());

        using var asUser = await host.Client().SendAsync(HttpMethod.Get, "/api/identity/me", token: answer["accessToken"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.Unauthorized, asUser.StatusCode);
    }

    [Theory]
    [InlineData("leads", "wrong")]
    [InlineData("nobody", IdentityHost.LeadsSecret)]
    [InlineData("", IdentityHost.LeadsSecret)]
    [InlineData("leads:Secret", IdentityHost.LeadsSecret)]
    [InlineData("LEADS", IdentityHost.LeadsSecret)]
    [InlineData("customers", "")]
    public async Task A_wrong_name_or_secret_gets_no_service_token(string service, string secret)
    {
        using var response = await host.Client().SendAsync(
            HttpMethod.Post, "/internal/identity/service-token", headers: ("Authorization", Basic(service, secret)));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Contains("invalid_client", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static string Basic(string service, string secret) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{service}:{secret}"));
}
