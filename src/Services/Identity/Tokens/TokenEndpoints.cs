using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Identity.Tokens;

internal static class TokenEndpoints
{
    public static void MapKeys(this RouteGroupBuilder api) =>
        api.MapGet("/.well-known/jwks.json", Keys).WithName("getSigningKeys").WithTags("Tokens").AllowsAnyone("public keys are public");

    public static void MapServiceTokens(this RouteGroupBuilder routes) =>
        routes.MapPost("/service-token", IssueToService).AllowsAnyone("services come here with their secret to get their first token");

    /// <summary>The public keys of access tokens (JWKS, RFC 7517).</summary>
    private static async Task<Ok<KeySet>> Keys(SigningKeyRing ring, HttpContext context, CancellationToken ct)
    {
        // Shorter than the time between a key's publication and its first signature.
        context.Response.Headers.CacheControl = "public, max-age=60";
        return TypedResults.Ok(new KeySet([.. (await ring.PublishedAsync(ct)).Select(k => new KeyView("EC", "P-256", "sig", "ES256", k.Kid, k.X, k.Y))]));
    }

    private static async Task<Results<Ok<ServiceTokenView>, ProblemHttpResult>> IssueToService(
        HttpContext context, ServiceSecrets secrets, TokenIssuer tokens, CancellationToken ct)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (secrets.Authenticate(context.Request.Headers.Authorization.ToString()) is not { } service)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"tideline services\"";
            return new Problem(StatusCodes.Status401Unauthorized, "invalid_client", "The service or its secret is wrong.").ToResult();
        }
        return TypedResults.Ok(new ServiceTokenView(await tokens.ForServiceAsync(service, ct), (int)TokenIssuer.Life.TotalSeconds));
    }
}

/// <summary>A set of public keys.</summary>
public sealed record KeySet(IReadOnlyList<KeyView> Keys);

/// <summary>One public key on the curve P-256.</summary>
public sealed record KeyView(string Kty, string Crv, string Use, string Alg, string Kid, string X, string Y);

/// <summary>A service's token.</summary>
public sealed record ServiceTokenView(string AccessToken, int ExpiresIn);
