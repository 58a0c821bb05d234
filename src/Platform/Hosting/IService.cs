using Microsoft.AspNetCore.Routing;

namespace Tideline.Platform.Hosting;

/// <summary>One service of the platform: what it needs and what it answers. The host decides where it runs; the service cannot tell.</summary>
public interface IService
{
    /// <summary>Lower-case name: the path under <c>/api</c>, the database, the configuration section, the subscriber on the bus.</summary>
    string Name { get; }

    /// <summary>Declares database, events, jobs, loops and clients.</summary>
    void Add(ServiceBuilder svc);

    /// <summary>Maps the endpoints: the public ones under <c>/api/{name}</c>, those for other services under <c>/internal/{name}</c>.</summary>
    void Map(ServiceRoutes routes);
}

/// <summary>The two route groups of a service.</summary>
/// <param name="Api">Public, <c>/api/{name}</c>: reached through the gateway by users and API clients.</param>
/// <param name="Internal"><c>/internal/{name}</c>: reached by other services only, never through the gateway.</param>
public sealed record ServiceRoutes(RouteGroupBuilder Api, RouteGroupBuilder Internal);
