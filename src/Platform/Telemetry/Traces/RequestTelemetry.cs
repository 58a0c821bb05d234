using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Platform.Security;

namespace Tideline.Platform.Telemetry.Traces;

/// <summary>
/// Describes the server span, which the framework starts but leaves bare, by OpenTelemetry's conventions, and gives the client its id
/// back. Stands before the exception handler: only there is the answer known.
/// </summary>
internal sealed class RequestTelemetry(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        // Requests inside the process have no feature; their client has just started the span.
        var span = context.Features.Get<IHttpActivityFeature>()?.Activity ?? Activity.Current;
        if (span is null)
        {
            await next(context);
            return;
        }
        if (RequestRoute.IsOperational(context)) Mute(span);
        // Not set at once: the exception handler clears the headers.
        context.Response.OnStarting(
            static state =>
            {
                var (response, id) = ((HttpResponse, string?))state;
                response.Headers.TraceParent = id;
                return Task.CompletedTask;
            },
            (context.Response, span.Id));
        try
        {
            await next(context);
            if (span.IsAllDataRequested) Describe(context, span, context.Features.Get<IExceptionHandlerFeature>()?.Error, context.Response.StatusCode);
        }
        catch (Exception e) when (DescribeUnhandled(context, span, e))
        {
            throw;
        }
    }

    /// <summary>Neither this span nor, by inheritance, what happens under it is kept.</summary>
    private static void Mute(Activity span)
    {
        span.IsAllDataRequested = false;
        span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }

    private static bool DescribeUnhandled(HttpContext context, Activity span, Exception error)
    {
        if (span.IsAllDataRequested) Describe(context, span, error, StatusCodes.Status500InternalServerError);
        return false;
    }

    private static void Describe(HttpContext context, Activity span, Exception? error, int status)
    {
        var method = RequestRoute.MethodOf(context);
        span.SetTag("http.request.method", method);
        span.SetTag("url.scheme", context.Request.Scheme);
        span.SetTag("url.path", RequestRoute.PathOf(context));
        span.SetTag("http.response.status_code", status);
        if (RequestRoute.TemplateOf(context) is { } route)
        {
            span.SetTag("http.route", route);
            span.DisplayName = $"{method} {RequestRoute.Readable(route)}";
        }
        else
        {
            span.DisplayName = method;
        }
        if (RequestRoute.EndpointOf(context)?.Metadata.GetMetadata<ServiceName>() is { } service) span.SetTag("tideline.service", service.Name);
        if (context.RequestServices?.GetService<Caller>() is { } caller)
        {
            if (caller.TenantIdOrNull is { } tenant) span.SetTag("tideline.tenant", tenant.ToString());
            if (caller.UserId is { } user) span.SetTag("tideline.user", user.ToString());
        }
        // A refusal is the client's error, not the server's.
        if (status < StatusCodes.Status500InternalServerError) return;
        span.SetTag("error.type", error?.GetType().FullName ?? status.ToString(CultureInfo.InvariantCulture));
        span.SetStatus(ActivityStatusCode.Error);
    }
}
