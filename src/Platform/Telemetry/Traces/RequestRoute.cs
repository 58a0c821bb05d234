using System.Text;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Tideline.Platform.Telemetry.Traces;

/// <summary>What a request was about, without what was in it.</summary>
internal static class RequestRoute
{
    private static readonly HashSet<string> KnownMethods =
    [
        HttpMethods.Get, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete, HttpMethods.Head, HttpMethods.Options,
        HttpMethods.Connect, HttpMethods.Trace,
    ];

    /// <summary>The endpoint that took the request, also when an exception handler has answered in its place.</summary>
    public static Endpoint? EndpointOf(HttpContext context) =>
        context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;

    /// <summary>The route template as metrics name it, or null: nothing took the request.</summary>
    public static string? TemplateOf(HttpContext context) =>
        context.Features.Get<RouteReport>()?.Template ?? (EndpointOf(context) as RouteEndpoint)?.RoutePattern.RawText;

    /// <summary>The template without constraints: <c>/api/leads/{id}</c>.</summary>
    public static string Readable(string template)
    {
        var readable = new StringBuilder(template.Length + 1);
        if (!template.StartsWith('/')) readable.Append('/');
        var depth = 0;
        var skipping = false;
        foreach (var c in template)
        {
            if (c == '{') depth++;
            if (c == '}' && --depth == 0) skipping = false;
            if (depth > 0 && c is ':' or '=') skipping = true;
            if (!skipping) readable.Append(c);
        }
        return readable.ToString();
    }

    /// <summary>The method, when it is one; anything may stand in a request line.</summary>
    public static string MethodOf(HttpContext context) => KnownMethods.Contains(context.Request.Method) ? context.Request.Method : "_OTHER";

    /// <summary>The path, without the secrets and addresses that some routes carry in it.</summary>
    public static string PathOf(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        var values = context.Features.Get<IExceptionHandlerFeature>()?.RouteValues ?? context.Request.RouteValues;
        foreach (var (name, value) in values)
        {
            if (value is not string { Length: > 0 } text) continue;
            var safe = (string)Redaction.Field(name, text)!;
            if (!ReferenceEquals(safe, text)) path = path.Replace(text, safe, StringComparison.Ordinal);
        }
        return Redaction.Text(path);
    }

    /// <summary>Probes and scrapes come every few seconds and tell nobody anything.</summary>
    public static bool IsOperational(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal) || context.Request.Path == "/metrics";
}
