using Tideline.Host.Live;
using Tideline.Host.Operations;
using Tideline.Platform.Api;
using Tideline.Platform.Clients;
using Tideline.Platform.Hosting;

namespace Tideline.Host.Gateway;

/// <summary>The public door: checks and counts what comes in, forwards what is hosted elsewhere, serves the console and the live updates.</summary>
internal static class GatewayExtensions
{
    public static void AddGateway(this WebApplicationBuilder builder, ServiceDirectory directory)
    {
        builder.Services.AddOptions<GatewayOptions>().BindConfiguration("Gateway").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<LimitOptions>().BindConfiguration("Gateway:Limits").ValidateDataAnnotations().ValidateOnStart();
        builder.WebHost.ConfigureKestrel((context, kestrel) =>
            kestrel.Limits.RequestHeadersTimeout = (context.Configuration.GetSection("Gateway").Get<GatewayOptions>() ?? new GatewayOptions()).HeadersTimeout);
        builder.Services.AddSingleton<Admission>();
        builder.Services.AddSingleton<AccessDenials>();
        builder.Services.AddSingleton<ILoopSource, GatewayLoops>();
        builder.Services.AddSingleton<ServiceMonitor>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ServiceMonitor>());
        builder.AddServiceProxy(directory);
        builder.AddLive();
        builder.AddSystem();
    }

    /// <summary>What every request from a socket passes first.</summary>
    public static void UseGateway(this WebApplication app)
    {
        app.UseMiddleware<Edge>();
        app.UseApiReference();
    }

    public static void MapGateway(this WebApplication app, Topology topology)
    {
        app.MapServiceProxy();
        app.MapLive();
        app.MapServiceHealth();
        app.MapSystem();
        app.UseConsole(path => Nothing(topology, path));
    }

    private static Problem Nothing(Topology topology, PathString path)
    {
        var service = path.Value!.Split('/', 4) is ["", "api", { Length: > 0 } name, ..] ? name : null;
        if (service is null || topology.Local.Any(s => s.Name == service)) return new Problem(StatusCodes.Status404NotFound, "not_found", "There is no such endpoint.");
        return topology.Remote.Any(s => s.Name == service)
            ? new Problem(StatusCodes.Status503ServiceUnavailable, "service_unavailable", $"The service '{service}' has no address here.", $"Set Services:{service}:Url.")
            {
                Extensions = new Dictionary<string, object?> { ["retryAfter"] = 2 },
            }
            : new Problem(StatusCodes.Status404NotFound, "not_found", $"There is no service '{service}'.");
    }
}
