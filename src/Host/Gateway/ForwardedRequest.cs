using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Tideline.Host.Live;
using Tideline.Platform.Api;
using Tideline.Platform.Security;
using Tideline.Platform.Telemetry;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;
using Yarp.ReverseProxy.Transforms;

namespace Tideline.Host.Gateway;

/// <summary>The way of one request to a service in another process, and what the client hears when it fails.</summary>
internal static class ForwardedRequest
{
    private static readonly string[] Claims = ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Prefix", "Forwarded"];

    /// <summary>Tells the callee what this process knows of the client; what the client itself claims is not passed on.</summary>
    public static ValueTask PrepareAsync(RequestTransformContext transform)
    {
        var (context, headers) = (transform.HttpContext, transform.ProxyRequest.Headers);
        foreach (var name in Claims) headers.Remove(name);
        if (context.Connection.RemoteIpAddress is { } address) headers.TryAddWithoutValidation("X-Forwarded-For", ClientAddress.Plain(address));
        headers.TryAddWithoutValidation("X-Forwarded-Proto", context.Request.Scheme);
        headers.TryAddWithoutValidation("X-Forwarded-Host", context.Request.Host.Value);
        headers.Host = null; // the callee's own
        context.Features.Set(Delivery.Of(transform.ProxyRequest));
        return ValueTask.CompletedTask;
    }

    /// <summary>Takes from the answer what the service says to the gateway and not to the client.</summary>
    public static ValueTask ReceiveAsync(ResponseTransformContext transform)
    {
        var headers = transform.HttpContext.Response.Headers;
        if (headers[RouteReport.Header] is [{ Length: > 0 and < 300 } template])
            transform.HttpContext.Features.Set(new RouteReport(template));
        foreach (var name in headers.Keys.Where(k => k.StartsWith(Edge.OwnHeaders, StringComparison.OrdinalIgnoreCase)).ToList()) headers.Remove(name);
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends it, to another copy if it cannot have reached the first one, and says what went wrong.</summary>
    public static async Task SendAsync(HttpContext context, RequestDelegate next)
    {
        var proxy = context.GetReverseProxyFeature();
        var candidates = proxy.AvailableDestinations;
        using var socket = Watched(context);
        await next(context);
        if (MayRepeat(context) && proxy.ProxiedDestination is { } failed && candidates.Where(d => d != failed).ToList() is { Count: > 0 } others)
        {
            context.Response.Clear();
            context.Features.Set<IForwarderErrorFeature>(null);
            proxy.AvailableDestinations = others;
            await next(context);
        }
        if (context.GetForwarderErrorFeature() is { } error && !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
            await Refusal.WriteAsync(context, Why(context, error, proxy.Route.Config.RouteId));
    }

    // A socket that is passed on dies with its session as our own do.
    private static IDisposable? Watched(HttpContext context)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true }) return null;
        return context.RequestServices.GetRequiredService<OpenSockets>().Add(context, context.Abort);
    }

    private static bool MayRepeat(HttpContext context)
    {
        if (context.GetForwarderErrorFeature() is not { } error || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested) return false;
        if (NeverLeft(context, error)) return true;
        return error.Error == ForwarderError.Request && Delivery.IsSafe(context.Request.Method)
            && context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true };
    }

    private static bool NeverLeft(HttpContext context, IForwarderErrorFeature error) =>
        context.Features.Get<Delivery>() is not { Began: true } && error.Exception is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
        }
        // How the client's connections say that ConnectTimeout is over.
        or OperationCanceledException { InnerException: TimeoutException };

    private static Problem Why(HttpContext context, IForwarderErrorFeature error, string service) => error.Error switch
    {
        ForwarderError.NoAvailableDestinations => Down(service),
        ForwarderError.RequestBodyClient when context.Response.StatusCode == StatusCodes.Status413PayloadTooLarge => Refusal.TooLarge,
        ForwarderError.RequestBodyClient or ForwarderError.RequestBodyCanceled => new Problem(StatusCodes.Status400BadRequest, "bad_request", "The request body did not arrive as a whole."),
        _ when NeverLeft(context, error) => Down(service),
        ForwarderError.RequestTimedOut => new Problem(StatusCodes.Status504GatewayTimeout, "service_timeout", $"The service '{service}' did not answer in time.", Unknown(context)),
        _ when Delivery.IsSafe(context.Request.Method) => Down(service),
        _ => new Problem(StatusCodes.Status502BadGateway, "outcome_unknown", $"The service '{service}' broke off before it answered.", Unknown(context)),
    };

    private static Problem Down(string service) =>
        new(StatusCodes.Status503ServiceUnavailable, "service_unavailable", $"The service '{service}' does not answer.", "Try again in a moment.")
        {
            Extensions = new Dictionary<string, object?> { ["retryAfter"] = 2 },
        };

    private static string Unknown(HttpContext context) => Delivery.IsSafe(context.Request.Method)
        ? "Try again in a moment." : "It may have been done. Look, or repeat it with the same Idempotency-Key.";
}
