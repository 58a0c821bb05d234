using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Tideline.Platform.Clients;
using Tideline.Platform.Security;
using Tideline.Platform.Telemetry;

namespace Tideline.Host.Gateway;

/// <summary>
/// What happens to a request from a socket before anything else: nothing that services trust each other by comes in from outside, no body is
/// larger than it may be, and whoever comes too often waits.
/// </summary>
internal sealed class Edge(RequestDelegate next, Topology topology, ServiceDirectory directory, Admission admission, AccessDenials denials, IOptions<GatewayOptions> options)
{
    /// <summary>How the headers begin by which the platform's processes speak to each other.</summary>
    public const string OwnHeaders = "Tideline-";

    private readonly HashSet<string> _services = [.. topology.Local.Concat(topology.Remote).Select(s => s.Name), "system"];

    private readonly IReadOnlySet<int> _internalPorts = options.Value.InternalPorts();

    public async Task InvokeAsync(HttpContext context, Caller caller)
    {
        if (_internalPorts.Count > 0 && _internalPorts.Contains(context.Connection.LocalPort))
        {
            await next(context); // Another process of the platform, with a service's token; the endpoint checks it.
            return;
        }
        Strip(context.Request.Headers);
        Harden(context);
        var path = context.Request.Path;
        if (path.StartsWithSegments("/internal", StringComparison.OrdinalIgnoreCase))
        {
            await Refusal.WriteAsync(context, new(StatusCodes.Status404NotFound, "not_found", "There is nothing here."));
            return;
        }
        var isApi = path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase, out var rest);
        if (!isApi && !path.StartsWithSegments("/live", StringComparison.OrdinalIgnoreCase) && !path.StartsWithSegments("/openapi", StringComparison.OrdinalIgnoreCase)
            && path != "/openapi.json")
        {
            await next(context); // The console's files, and probes.
            return;
        }
        var service = isApi ? ServiceIn(rest) : null;
        if (await admission.AdmitAsync(context, caller, service) is { } refusal)
        {
            // No route has been looked for; this is as much as can be said of it.
            if (service is not null) context.Features.Set(new RouteReport("/api/" + service));
            await Refusal.WriteAsync(context, refusal);
        }
        else if (isApi && !FitsBody(context, service))
        {
            await Refusal.WriteAsync(context, Refusal.TooLarge);
        }
        else
        {
            await next(context);
        }
        if (context.Response.StatusCode is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden or StatusCodes.Status429TooManyRequests)
            denials.Record(context, caller);
    }

    private static void Strip(IHeaderDictionary headers)
    {
        List<string>? own = null;
        foreach (var (name, _) in headers)
            if (name.StartsWith(OwnHeaders, StringComparison.OrdinalIgnoreCase)) (own ??= []).Add(name);
        foreach (var name in own ?? []) headers.Remove(name);
    }

    private static void Harden(HttpContext context) => context.Response.OnStarting(
        static state =>
        {
            var context = (HttpContext)state;
            context.Response.Headers.XContentTypeOptions = "nosniff";
            if (context.Request.IsHttps) context.Response.Headers.StrictTransportSecurity = "max-age=31536000";
            return Task.CompletedTask;
        },
        context);

    private string? ServiceIn(PathString rest)
    {
        var path = rest.Value.AsSpan().TrimStart('/');
        var end = path.IndexOf('/');
        return _services.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(end < 0 ? path : path[..end], out var service) ? service : null;
    }

    // A service elsewhere knows how large a file it takes; here it is kept from filling the wire. One in this process says so itself.
    private bool FitsBody(HttpContext context, string? service)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true }) return true;
        var isJson = context.Request.HasJsonContentType();
        if (!isJson && (service is null || !directory.Remote.ContainsKey(service))) return true;
        var most = isJson ? options.Value.MaxJsonBytes : options.Value.MaxBodyBytes;
        if (context.Request.ContentLength > most) return false;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = most;
        return true;
    }
}
