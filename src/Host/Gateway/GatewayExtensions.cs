using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Tideline.Host.Live;
using Tideline.Host.Operations;
using Tideline.Platform.Api;
using Tideline.Platform.Clients;
using Tideline.Platform.Security;
using Yarp.ReverseProxy.Forwarder;

namespace Tideline.Host.Gateway;

/// <summary>The public door: forwards what is hosted elsewhere, serves the console and the live updates.</summary>
internal static class GatewayExtensions
{
    private static readonly ClientAddress.Transformer Transformer = new();
    private static readonly ForwarderRequestConfig Forwarding = new() { ActivityTimeout = TimeSpan.FromSeconds(60) };

    public static void AddGateway(this WebApplicationBuilder builder)
    {
        builder.Services.AddHttpForwarder();
        builder.Services.AddSingleton<ServiceMonitor>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ServiceMonitor>());
        builder.AddLive();
        builder.AddSystem();
    }

    public static void MapGateway(this WebApplication app, Topology topology)
    {
        var directory = app.Services.GetRequiredService<ServiceDirectory>();
        foreach (var service in topology.Remote)
            if (directory.Remote.TryGetValue(service.Name, out var addresses)) app.ForwardTo(service.Name, addresses);
        app.MapLive();
        app.MapServiceHealth();
        app.MapSystem();
        app.MapConsole();
        app.Map("/api/{service}/{**rest}", string (string service) => throw new Problem(
                StatusCodes.Status404NotFound, "not_found", topology.Local.Concat(topology.Remote).Any(s => s.Name == service)
                    ? "There is no such endpoint." : $"There is no service '{service}'."))
            .AllowsAnyone("Says that there is nothing here.").ExcludeFromDescription();
    }

    private static void ForwardTo(this WebApplication app, string service, Uri[] addresses)
    {
        var forwarder = app.Services.GetRequiredService<IHttpForwarder>();
        var client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = global::System.Net.DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromMilliseconds(800),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ActivityHeadersPropagator = DistributedContextPropagator.Current,
        });
        var turn = 0;
        app.Map("/api/" + service + "/{**rest}", async (HttpContext context) =>
        {
            // The service knows how large a body it takes: an import is larger than a server's usual limit.
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null;
            var address = addresses[(uint)Interlocked.Increment(ref turn) % addresses.Length];
            var error = await forwarder.SendAsync(context, address.ToString(), client, Forwarding, Transformer);
            if (error is ForwarderError.None || context.Response.HasStarted) return;
            throw new Problem(StatusCodes.Status503ServiceUnavailable, "service_unavailable", $"The service '{service}' does not answer.", "Try again in a moment.");
        }).AllowsAnyone("The service behind it checks the token and the permission.").ExcludeFromDescription().DisableRequestTimeout();
    }
}
