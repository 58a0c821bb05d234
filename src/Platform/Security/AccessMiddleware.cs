using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tideline.Platform.Api;
using Tideline.Platform.Clients;

namespace Tideline.Platform.Security;

/// <summary>
/// The door of every endpoint, in every topology: who is it, and may they? Runs after routing, so that the endpoint's own rule decides;
/// an endpoint without a rule is closed.
/// </summary>
internal sealed class AccessMiddleware(RequestDelegate next, AccessTokenValidator validator, ApiKeys keys)
{
    public async Task InvokeAsync(HttpContext context, Caller caller)
    {
        var endpoint = context.GetEndpoint();
        // What is no route is the framework's own refusal: wrong method, wrong media type.
        if (endpoint is not RouteEndpoint)
        {
            await next(context);
            return;
        }
        var rule = endpoint.Metadata.GetMetadata<AccessRule>();
        var token = await TokenAsync(context);
        if (token is not null) Bearer.Adopt(context, caller, token);
        else if (rule is AccessRule.Permission or AccessRule.SignedIn) await AdoptKeyAsync(context, caller);
        switch (rule)
        {
            case AccessRule.Anonymous:
                break;
            case AccessRule.SignedIn(var allowsKeys):
                if (caller.UserId is null) throw Unauthenticated();
                if (caller.ApiKeyId is not null && !allowsKeys)
                    throw new Problem(StatusCodes.Status403Forbidden, "key_not_allowed", "This is for people who are signed in, not for API keys.");
                break;
            case AccessRule.Permission(var permission):
                if (caller.UserId is null) throw Unauthenticated();
                if (caller.TenantIdOrNull is null || !caller.Can(permission)) throw Missing(permission);
                break;
            case AccessRule.Services(var services):
                if (token is null) throw Unauthenticated();
                if (caller.Service is null || !services.Contains(caller.Service))
                    throw new Problem(StatusCodes.Status403Forbidden, "caller_not_allowed", "This endpoint is for other services of the platform.");
                break;
            case AccessRule.AnyService:
                if (token is null) throw Unauthenticated();
                if (caller.Service is null)
                    throw new Problem(StatusCodes.Status403Forbidden, "caller_not_allowed", "This endpoint is for services of the platform.");
                break;
            default:
                throw new Problem(StatusCodes.Status403Forbidden, "forbidden", "This endpoint says of nobody that they may call it.");
        }
        if (endpoint.Metadata.GetMetadata<ServiceName>() is { } service) ServiceFlow.Enter(service.Name, caller.TenantIdOrNull);
        await next(context);
    }

    private async ValueTask<AccessToken?> TokenAsync(HttpContext context) =>
        Bearer.Of(context) is { } raw && !ApiKeys.IsKey(raw) ? await validator.ValidateAsync(raw, context.RequestAborted) : null;

    private async ValueTask AdoptKeyAsync(HttpContext context, Caller caller)
    {
        if (Bearer.Of(context) is not { } raw || !ApiKeys.IsKey(raw)) return;
        if (await keys.FindAsync(raw, context.RequestAborted) is { } holder) caller.UseKey(holder);
    }

    private static Problem Unauthenticated() =>
        new(StatusCodes.Status401Unauthorized, "unauthenticated", "Sign in first.", "Send a valid access token or API key as Authorization: Bearer.");

    private static Problem Missing(string permission) => new(
        StatusCodes.Status403Forbidden, "permission_missing", $"You need the permission {permission}.", "Ask an owner or admin of the workspace.")
    {
        Extensions = new Dictionary<string, object?> { ["permission"] = permission },
    };
}

/// <summary>Metadata of an endpoint: the service that it belongs to.</summary>
public sealed record ServiceName(string Name);
