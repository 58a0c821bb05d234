using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Tideline.Platform.Clients;

namespace Tideline.Platform.Security;

/// <summary>What a request shows at the door.</summary>
public static class Bearer
{
    /// <summary>The access token or API key of a request, unchecked; null when it shows none.</summary>
    public static string? Of(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer ", StringComparison.Ordinal)) return header.Length > 7 ? header[7..] : null;
        // Browsers cannot set headers on a WebSocket; SignalR's client sends the token in the query of the hub only. Never a key: one in an
        // address ends in logs and histories.
        if (!context.Request.Path.StartsWithSegments("/live", StringComparison.Ordinal)) return null;
        return context.Request.Query["access_token"] is [{ Length: > 0 } token] && !ApiKeys.IsKey(token) ? token : null;
    }

    /// <summary>The request is its holder's from here on.</summary>
    public static void Adopt(HttpContext context, Caller caller, AccessToken token)
    {
        context.Features.Set(token);
        if (token.Kind == "service")
        {
            // Only a service may name the tenant for which it works; from anybody else the header means nothing.
            var tenant = Guid.TryParse(context.Request.Headers[ServiceCallHandler.TenantHeader], out var id) ? id : (Guid?)null;
            caller.UseService(token.Subject, tenant);
            return;
        }
        caller.UseUser(Guid.Parse(token.Subject), token.TenantId, token.SessionId ?? Guid.Empty, token.Role ?? "", token.Permissions);
        context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, token.Subject)], "token"));
    }
}
