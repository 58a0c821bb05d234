using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tideline.Platform.Security;
using Tideline.Platform.Telemetry.Metrics;

namespace Tideline.Platform.Telemetry;

internal static class MetricsEndpoint
{
    public static void Map(IEndpointRouteBuilder app) => app
        .MapGet("/metrics", async (HttpContext context, PrometheusExporter exporter, TelemetryOptions options) =>
        {
            if (options.MetricsPassword is { Length: > 0 } password && !Knows(context.Request, password))
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"metrics\"";
                return;
            }
            context.Response.ContentType = PrometheusExporter.ContentType;
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.WriteAsync(exporter.Render(), context.RequestAborted);
        })
        .AllowsAnyone("Scrapers do not sign in; Telemetry:MetricsPassword closes it.")
        .ExcludeFromDescription()
        .DisableHttpMetrics();

    private static bool Knows(HttpRequest request, string password)
    {
        var header = request.Headers.Authorization.ToString();
        Span<byte> decoded = stackalloc byte[256];
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) || !Convert.TryFromBase64String(header[6..], decoded, out var length)) return false;
        var given = decoded[..length];
        var colon = given.IndexOf((byte)':');
        return colon >= 0 && CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(given[(colon + 1)..]), SHA256.HashData(Encoding.UTF8.GetBytes(password)));
    }
}
