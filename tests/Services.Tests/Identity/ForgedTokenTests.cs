using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Identity.Tokens;
using Tideline.Testing;

namespace Tideline.Services.Tests.Identity;

/// <summary>Access tokens that somebody made or bent: each endpoint refuses them by itself.</summary>
public sealed class ForgedTokenTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task A_token_made_by_the_book_is_taken_so_that_the_refusals_mean_something()
    {
        var forge = await ForgeAsync();
        Assert.Equal(HttpStatusCode.OK, await AskAsync(forge.Sign(forge.Header, forge.Claims())));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    public async Task A_token_without_a_signature_is_refused(string algorithm)
    {
        var forge = await ForgeAsync();
        var unsigned = Text($$"""{"alg":"{{algorithm}}","typ":"at+jwt","kid":"{{forge.Kid}}"}""") + "." + Text(forge.Claims());
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(unsigned + "."));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(unsigned));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(forge.Sign($$"""{"alg":"{{algorithm}}","typ":"at+jwt","kid":"{{forge.Kid}}"}""", forge.Claims())));
    }

    [Fact]
    public async Task A_token_signed_with_the_public_key_as_a_shared_secret_is_refused()
    {
        var forge = await ForgeAsync();
        var signed = Text($$"""{"alg":"HS256","typ":"at+jwt","kid":"{{forge.Kid}}"}""") + "." + Text(forge.Claims());
        foreach (var secret in (byte[][])[forge.Key.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(forge.Key.ExportSubjectPublicKeyInfoPem())])
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(signed + "." + Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signed)))));
    }

    [Theory]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"KID"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"KID","jwk":{"kty":"EC","crv":"P-256","x":"X","y":"Y"}}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"KID","jku":"http://127.0.0.1:1/jwks.json"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"unknown"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"../../../dev/null"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"' or 1=1 --"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt"}""")]
    public async Task A_token_signed_by_another_key_is_refused_whatever_its_header_says(string header)
    {
        var forge = await ForgeAsync();
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = own.ExportParameters(false).Q;
        header = header.Replace("KID", forge.Kid, StringComparison.Ordinal)
            .Replace("\"X\"", $"\"{Base64Url.EncodeToString(point.X)}\"", StringComparison.Ordinal)
            .Replace("\"Y\"", $"\"{Base64Url.EncodeToString(point.Y)}\"", StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(Forge.Sign(own, header, forge.Claims())));
    }

    [Theory]
    [InlineData("typ", """{"alg":"ES256","typ":"JWT","kid":"KID"}""")]
    [InlineData("no typ", """{"alg":"ES256","kid":"KID"}""")]
    [InlineData("crit", """{"alg":"ES256","typ":"at+jwt","kid":"KID","crit":["exp"]}""")]
    [InlineData("alg twice", """{"alg":"ES256","alg":"none","typ":"at+jwt","kid":"KID"}""")]
    [InlineData("alg RS256", """{"alg":"RS256","typ":"at+jwt","kid":"KID"}""")]
    [InlineData("no JSON", "{")]
    public async Task A_token_of_our_key_with_a_wrong_header_is_refused(string what, string header)
    {
        var forge = await ForgeAsync();
        Assert.True(await AskAsync(forge.Sign(header.Replace("KID", forge.Kid, StringComparison.Ordinal), forge.Claims())) == HttpStatusCode.Unauthorized, what);
    }

    [Theory]
    [InlineData("iss", "\"tideline\"", "\"elsewhere\"")]
    [InlineData("aud", "\"tideline-api\"", "\"another-api\"")]
    [InlineData("kind", "\"user\"", "\"root\"")]
    [InlineData("exp as text", "\"exp\":EXP", "\"exp\":\"EXP\"")]
    [InlineData("exp with a fraction", "\"exp\":EXP", "\"exp\":EXP.5")]
    [InlineData("exp negative", "\"exp\":EXP", "\"exp\":-1")]
    [InlineData("exp after the year 9999", "\"exp\":EXP", "\"exp\":253402300800")]
    [InlineData("exp missing", "\"exp\":EXP", "\"x\":1")]
    [InlineData("exp twice", "\"exp\":EXP", "\"exp\":1,\"exp\":EXP")]
    [InlineData("nbf in the future", "\"exp\":EXP", "\"exp\":EXP,\"nbf\":EXP")]
    [InlineData("exp in the past", "\"exp\":EXP", "\"exp\":PAST")]
    public async Task A_token_of_our_key_with_wrong_claims_is_refused(string what, string from, string to)
    {
        var forge = await ForgeAsync();
        var claims = forge.Claims(template => template.Replace(from, to, StringComparison.Ordinal));
        Assert.True(await AskAsync(forge.Sign(forge.Header, claims)) == HttpStatusCode.Unauthorized, what);
    }

    [Fact]
    public async Task A_bent_token_is_refused()
    {
        var anna = await host.RegisterAsync();
        var parts = anna.Token.Split('.');
        var claims = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1])).Replace("\"members:read\"", "\"system:write\"", StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync($"{parts[0]}.{Text(claims)}.{parts[2]}"));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync($"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(new byte[64])}"));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync($"{parts[0]}.{parts[1]}."));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(anna.RefreshToken));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(new string('a', 9_000)));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(anna.Token));
    }

    [Fact]
    public async Task A_token_ends_after_a_quarter_of_an_hour_give_or_take_a_clock()
    {
        var anna = await host.RegisterAsync();
        host.Clock.Move(TimeSpan.FromMinutes(15) + TimeSpan.FromSeconds(25));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(anna.Token));
        host.Clock.Move(TimeSpan.FromSeconds(10));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(anna.Token));
    }

    private async Task<HttpStatusCode> AskAsync(string token)
    {
        using var response = await host.Client().SendAsync(HttpMethod.Get, "/api/identity/me", null, null, ("Authorization", "Bearer " + token));
        return response.StatusCode;
    }

    private async Task<Forge> ForgeAsync()
    {
        var anna = await host.RegisterAsync();
        var key = await host.App.Services.GetRequiredService<SigningKeyRing>().CurrentAsync(TestContext.Current.CancellationToken);
        return new Forge(key.Kid, key.Private, anna.UserId, anna.TenantId, host.Clock.GetUtcNow());
    }

    private static string Text(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    /// <summary>Signs with the platform's own key: what only a thief of the key, or a mistake of ours, could.</summary>
    private sealed record Forge(string Kid, ECDsa Key, Guid UserId, Guid TenantId, DateTimeOffset Now)
    {
        public string Header => $$"""{"alg":"ES256","typ":"at+jwt","kid":"{{Kid}}"}""";

        public string Claims(Func<string, string>? bend = null)
        {
            const string template = """{"iss":"tideline","aud":"tideline-api","sub":"SUB","kind":"user","jti":"x","exp":EXP,"sid":"SUB","tid":"TID","role":"owner","permissions":[]}""";
            return (bend?.Invoke(template) ?? template)
                .Replace("SUB", UserId.ToString(), StringComparison.Ordinal)
                .Replace("TID", TenantId.ToString(), StringComparison.Ordinal)
                .Replace("EXP", (Now.ToUnixTimeSeconds() + 600).ToString(), StringComparison.Ordinal)
                .Replace("PAST", (Now.ToUnixTimeSeconds() - 600).ToString(), StringComparison.Ordinal);
        }

        public string Sign(string header, string claims) => Sign(Key, header, claims);

        public static string Sign(ECDsa key, string header, string claims)
        {
            var signed = Text(header) + "." + Text(claims);
            var signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            return signed + "." + Base64Url.EncodeToString(signature);
        }
    }
}
