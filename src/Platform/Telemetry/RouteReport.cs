using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Tideline.Platform.Telemetry.Traces;

namespace Tideline.Platform.Telemetry;

/// <summary>
/// The route that took a request in another process. A service says it in a header of its answer, so that the gateway's log and traces name
/// <c>/api/leads/leads/{id:guid}</c> and not everything below <c>/api/leads</c>; the gateway keeps the header to itself.
/// </summary>
/// <param name="Template">The route template.</param>
public sealed record RouteReport(string Template)
{
    /// <summary>Header of the answer.</summary>
    public const string Header = "Tideline-Route";
}

/// <summary>Puts <see cref="RouteReport"/>s into answers.</summary>
public static class RouteReportExtensions
{
    /// <summary>Method and route of a request, as logs name them: neither is the client's own text.</summary>
    public static (string Method, string Route) NamedRoute(this HttpContext context) =>
        (RequestRoute.MethodOf(context), RequestRoute.TemplateOf(context) ?? "(none)");

    /// <summary>Says in each answer which route took the request. For processes behind a gateway.</summary>
    public static IApplicationBuilder UseRouteReport(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        // Not set at once: the route is not known yet, and the exception handler clears the headers.
        context.Response.OnStarting(
            static state =>
            {
                var context = (HttpContext)state;
                if (RequestRoute.TemplateOf(context) is { } template) context.Response.Headers[RouteReport.Header] = template;
                return Task.CompletedTask;
            },
            context);
        return next(context);
    });
}
