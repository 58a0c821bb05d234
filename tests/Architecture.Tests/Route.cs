using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Tideline.Platform.Security;

namespace Tideline.Architecture.Tests;

/// <summary>One endpoint with one of its methods.</summary>
internal sealed record Route(string Method, string Pattern, RouteEndpoint Endpoint)
{
    /// <summary>The name of the operation, <c>createLead</c>.</summary>
    public string? Name => Endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName;

    public IReadOnlyList<AccessRule> Rules => Endpoint.Metadata.GetOrderedMetadata<AccessRule>();

    public AccessRule? Rule => Endpoint.Metadata.GetMetadata<AccessRule>();

    /// <summary>The service that maps it; none for those of the host.</summary>
    public string? Service => Endpoint.Metadata.GetMetadata<ServiceName>()?.Name;

    public bool IsPublic => Service is not null && Pattern.StartsWith("/api/", StringComparison.Ordinal);

    /// <summary>What the endpoint reads from the body.</summary>
    public Type? Body => Endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;

    public IReadOnlyList<string> ContentTypes => Endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes ?? [];

    /// <summary>The method behind it; only endpoints of services have one for certain.</summary>
    public MethodInfo? Handler => Endpoint.Metadata.GetMetadata<MethodInfo>();

    public IReadOnlyList<string> Parameters => [.. Endpoint.RoutePattern.Parameters.Select(p => p.Name)];

    /// <summary>Whether a parameter of the path is the id of something.</summary>
    public bool HasId => IdParameters.Count > 0;

    public IReadOnlyList<string> IdParameters => [.. Endpoint.RoutePattern.Parameters
        .Where(p => p.ParameterPolicies.Any(policy => policy.Content == "guid")).Select(p => p.Name)];

    /// <summary>The path with its parameters filled in.</summary>
    public string Path(Func<string, string> value) => Pattern.TrimEnd('/').Split('/').Aggregate("", (path, part) =>
        part.Length == 0 ? path : path + "/" + Fill(part, value));

    public override string ToString() => $"{Method} {Pattern}";

    public static IReadOnlyList<Route> All(EndpointDataSource source) =>
    [
        .. from endpoint in source.Endpoints.OfType<RouteEndpoint>()
           let pattern = "/" + (endpoint.RoutePattern.RawText ?? "").TrimStart('/')
           from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["*"]
           orderby pattern, method
           select new Route(method, pattern, endpoint),
    ];

    private static string Fill(string part, Func<string, string> value)
    {
        var open = part.IndexOf('{', StringComparison.Ordinal);
        if (open < 0) return part;
        var close = part.LastIndexOf('}');
        return part[..open] + value(part[(open + 1)..close].Split(':')[0].TrimStart('*')) + part[(close + 1)..];
    }
}
