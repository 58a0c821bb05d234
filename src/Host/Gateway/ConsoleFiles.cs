using Microsoft.AspNetCore.StaticFiles;
using Tideline.Platform.Api;

namespace Tideline.Host.Gateway;

/// <summary>Serves the console. Hashed assets are kept for ever by the browser, the page itself is asked for each time.</summary>
internal static class ConsoleFiles
{
    // Message previews are srcdoc frames in a sandbox: they inherit this policy, so mail's inline styles and remote images must pass.
    private const string ContentSecurityPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; font-src 'self' data:; " +
        "connect-src 'self' ws: wss:; frame-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'";

    /// <summary>
    /// Answers what no endpoint takes. Not a route: one for every path would be chosen before the framework could say that an endpoint is
    /// there but for another method (405) or media type (415).
    /// </summary>
    public static void UseConsole(this WebApplication app, Func<PathString, Problem> nothing)
    {
        var files = app.Environment.WebRootFileProvider;
        var compressed = new CompressedFiles();
        app.Use(async (context, next) =>
        {
            if (context.GetEndpoint() is not null)
            {
                await next(context);
                return;
            }
            var path = context.Request.Path.Value ?? "/";
            if (context.Request.Path.StartsWithSegments("/api") || context.Request.Path.StartsWithSegments("/internal") || !IsRead(context.Request))
            {
                await Refusal.WriteAsync(context, nothing(context.Request.Path));
                return;
            }
            var file = files.GetFileInfo(path);
            var isAsset = file.Exists && !file.IsDirectory && path != "/index.html";
            if (!isAsset)
            {
                if (Path.HasExtension(path) && path != "/index.html")
                {
                    context.Response.StatusCode = StatusCodes.Status404NotFound;
                    return;
                }
                file = files.GetFileInfo("/index.html");
                if (!file.Exists)
                {
                    context.Response.StatusCode = StatusCodes.Status404NotFound;
                    await context.Response.WriteAsync("The console is not built. Run: npm ci --prefix console && npm run build --prefix console");
                    return;
                }
            }
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
            headers["Referrer-Policy"] = "strict-origin-when-cross-origin";
            headers.CacheControl = isAsset && path.StartsWith("/assets/", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";
            headers.Vary = "Accept-Encoding";
            var wire = compressed.Get(file, isAsset ? path : "/index.html", context.Request.Headers.AcceptEncoding.ToString());
            headers.ETag = wire.ETag;
            if (context.Request.Headers.IfNoneMatch == wire.ETag)
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
            if (wire.Encoding is not null) headers.ContentEncoding = wire.Encoding;
            context.Response.ContentType = Types.TryGetContentType(file.Name, out var type) ? type : "application/octet-stream";
            context.Response.ContentLength = wire.Content.Length;
            if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(wire.Content, context.RequestAborted);
        });
    }

    private static readonly FileExtensionContentTypeProvider Types = new();

    private static bool IsRead(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
}
