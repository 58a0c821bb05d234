using Microsoft.Extensions.Options;
using Tideline.Platform.Clients;
using Tideline.Platform.Security;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;
using Yarp.ReverseProxy.Transforms;

namespace Tideline.Host.Gateway;

/// <summary>
/// Passes the requests for services in other processes on to them, with YARP: of two copies the less busy one, and only those that are
/// ready and have not just failed.
/// </summary>
internal static class ServiceProxy
{
    public static void AddServiceProxy(this WebApplicationBuilder builder, ServiceDirectory directory)
    {
        var options = builder.Configuration.GetSection("Gateway").Get<GatewayOptions>() ?? new GatewayOptions();
        builder.Services.AddReverseProxy()
            .LoadFromMemory([.. directory.Remote.Keys.Select(Route)], [.. directory.Remote.Select(service => Cluster(service.Key, service.Value, options))])
            .AddTransforms(context =>
            {
                context.UseDefaultForwarders = false;
                context.AddRequestTransform(ForwardedRequest.PrepareAsync);
                context.AddResponseTransform(ForwardedRequest.ReceiveAsync);
            });
        builder.Services.AddSingleton<IForwarderHttpClientFactory, Connections>();
        builder.Services.AddSingleton<IPassiveHealthCheckPolicy, EjectOnFailure>();
        // For YARP's sticky sessions, which nobody uses here; it would write keys into the home folder at each start.
        foreach (var keys in builder.Services.Where(s => s.ImplementationType?.Name == "DataProtectionHostedService").ToList()) builder.Services.Remove(keys);
    }

    public static void MapServiceProxy(this WebApplication app) =>
        app.MapReverseProxy(proxy =>
            {
                proxy.Use(ForwardedRequest.SendAsync);
                proxy.UseLoadBalancing();
                proxy.UsePassiveHealthChecks();
            })
            .ConfigureEndpoints((endpoint, route) => endpoint.WithMetadata(new ServiceName(route.RouteId)))
            .AllowsAnyone("The service behind it checks the token and the permission.").ExcludeFromDescription().DisableRequestTimeout();

    private static RouteConfig Route(string service) => new()
    {
        RouteId = service,
        ClusterId = service,
        Match = new RouteMatch { Path = $"/api/{service}/{{**rest}}" },
    };

    private static ClusterConfig Cluster(string service, Uri[] addresses, GatewayOptions options) => new()
    {
        ClusterId = service,
        LoadBalancingPolicy = LoadBalancingPolicies.PowerOfTwoChoices,
        Destinations = addresses.ToDictionary(address => address.Authority, address => new DestinationConfig { Address = address.ToString() }, StringComparer.Ordinal),
        HttpRequest = new ForwarderRequestConfig { ActivityTimeout = options.ActivityTimeout },
        HealthCheck = new HealthCheckConfig
        {
            // Not YARP's own choice, which asks all when none is ready: one that is frozen would hold its callers instead of being told as down.
            AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyAndUnknown,
            Active = new ActiveHealthCheckConfig
            {
                Enabled = true,
                Path = "/health/ready",
                Interval = options.ProbeInterval,
                Timeout = TimeSpan.FromSeconds(1),
                Policy = HealthCheckConstants.ActivePolicy.ConsecutiveFailures,
            },
            Passive = new PassiveHealthCheckConfig { Enabled = true, Policy = EjectOnFailure.PolicyName, ReactivationPeriod = options.EjectFor },
        },
    };

    /// <summary>Connections to services.</summary>
    private sealed class Connections(IOptions<GatewayOptions> options) : ForwarderHttpClientFactory
    {
        protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
        {
            base.ConfigureHandler(context, handler);
            handler.ConnectTimeout = options.Value.ConnectTimeout;
            handler.PooledConnectionLifetime = TimeSpan.FromMinutes(2); // notices changed DNS
        }

        protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) => new Delivery.Watch(handler);
    }

    /// <summary>
    /// One failed connection is enough: a copy that was killed fails them all, and being quick at it would draw all requests to it. The last
    /// one left is never ejected, as a try that fails costs less than a refusal that was not needed.
    /// </summary>
    private sealed class EjectOnFailure(IDestinationHealthUpdater health, IOptions<GatewayOptions> options) : IPassiveHealthCheckPolicy
    {
        public const string PolicyName = "EjectOnFailure";

        public string Name => PolicyName;

        public void RequestProxied(HttpContext context, ClusterState cluster, DestinationState destination)
        {
            if (context.GetForwarderErrorFeature()?.Error is not (ForwarderError.Request or ForwarderError.RequestTimedOut or ForwarderError.ResponseBodyDestination)) return;
            if (context.RequestAborted.IsCancellationRequested || cluster.DestinationsState.AvailableDestinations.All(d => d == destination)) return;
            health.SetPassive(cluster, destination, DestinationHealth.Unhealthy, options.Value.EjectFor);
        }
    }
}
