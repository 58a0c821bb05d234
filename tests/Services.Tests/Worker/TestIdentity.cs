using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Tideline.Platform.Hosting;
using Tideline.Platform.Security;

namespace Tideline.Services.Tests.Worker;

/// <summary>Stands where identity stands: gives services and test users tokens that the platform's own checks accept.</summary>
internal sealed class TestIdentity : IService
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Name => "identity";

    public void Add(ServiceBuilder svc)
    {
    }

    public void Map(ServiceRoutes routes)
    {
        routes.Internal.MapPost("/service-token", (HttpRequest request) =>
        {
            var basic = Encoding.UTF8.GetString(Convert.FromBase64String(request.Headers.Authorization.ToString()["Basic ".Length..]));
            return TypedResults.Ok(new { accessToken = Service(basic.Split(':')[0]), expiresIn = 3600 });
        }).AllowsAnyone("test");
        var point = _key.ExportParameters(false).Q;
        routes.Api.MapGet("/.well-known/jwks.json", () => TypedResults.Ok(new
        {
            keys = new[] { new { kty = "EC", crv = "P-256", kid = "test", x = Base64Url.EncodeToString(point.X), y = Base64Url.EncodeToString(point.Y) } },
        })).AllowsAnyone("test");
    }

    public string Service(string name) => Sign(new Dictionary<string, object?> { ["sub"] = name, ["kind"] = "service" });

    public string User(Guid tenant, params string[] permissions) => Sign(new Dictionary<string, object?>
    {
        ["sub"] = Guid.NewGuid().ToString(),
        ["kind"] = "user",
        ["tid"] = tenant,
        ["sid"] = Guid.NewGuid(),
        ["role"] = "owner",
        ["permissions"] = permissions,
    });

    private string Sign(Dictionary<string, object?> claims)
    {
        claims["iss"] = AccessTokenValidator.Issuer;
        claims["aud"] = AccessTokenValidator.Audience;
        claims["jti"] = Guid.NewGuid().ToString();
        claims["exp"] = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();
        var text = Part(new Dictionary<string, object?> { ["alg"] = "ES256", ["typ"] = AccessTokenValidator.TokenType, ["kid"] = "test" }) + "." + Part(claims);
        return text + "." + Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256));
    }

    private static string Part(Dictionary<string, object?> content) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(content));
}
