using Microsoft.AspNetCore.StaticFiles;
using Tideline.Platform.Security;

namespace Tideline.Host.Gateway;

/// <summary>Serves the console. Hashed assets are kept for ever by the browser, the page itself is asked for each time.</summary>
internal static class ConsoleFiles
{
    // Message previews are srcdoc frames in a sandbox: they inherit this policy, so mail's inline styles and remote images must pass.
    private const string ContentSecurityPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; font-src 'self' data:; " +
        "connect-src 'self' ws: wss:; frame-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'";

    public static void MapConsole(this WebApplication app)
    {
        var files = app.Environment.WebRootFileProvider;
        var compressed = new CompressedFiles();
        app.MapFallback("{*path}", async context =>
        {
            var path = context.Request.Path.Value ?? "/";
            if (path.StartsWith("/api/", StringComparison.Ordinal) || path.StartsWith("/internal", StringComparison.OrdinalIgnoreCase) || !IsRead(context.Request))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
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
        }).AllowsAnyone("The console's own files.");
    }

    private static readonly FileExtensionContentTypeProvider Types = new();

    private static bool IsRead(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
}
