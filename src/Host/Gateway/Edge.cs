using Microsoft.AspNetCore.Http.Features;
using Tideline.Platform.Clients;

namespace Tideline.Host.Gateway;

/// <summary>What happens to a request from a socket before anything else: nothing that services trust each other by comes in from outside.</summary>
internal static class Edge
{
    public static void UseEdge(this WebApplication app, Topology topology)
    {
        if (!topology.IsGateway) return;
        app.Use((context, next) =>
        {
            var headers = context.Request.Headers;
            foreach (var name in headers.Keys.Where(k => k.StartsWith("Tideline-", StringComparison.OrdinalIgnoreCase)).ToList()) headers.Remove(name);
            if (context.Request.Path.StartsWithSegments("/internal", StringComparison.OrdinalIgnoreCase))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }
            context.Response.Headers.XContentTypeOptions = "nosniff";
            return next(context);
        });
    }
}
