using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Yarp.ReverseProxy.Forwarder;

namespace Tideline.Host.Gateway;

/// <summary>
/// Who is asking, behind proxies: the gateway tells services the address, scheme and host that it saw, and each process believes only those it
/// was told to trust (<c>TrustedProxies</c>: networks, comma-separated). Without it a gateway trusts nobody and a service behind one trusts this machine.
/// </summary>
internal static class ClientAddress
{
    public static void UseClientAddress(this WebApplication app, Topology topology)
    {
        var networks = (app.Configuration["TrustedProxies"] ?? (topology.IsGateway ? "" : "127.0.0.0/8,::1/128"))
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (networks.Length == 0) return;
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            // A proxy in front of the gateway and the gateway itself: as many hops as are trusted.
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in networks)
            options.KnownIPNetworks.Add(global::System.Net.IPNetwork.TryParse(network, out var parsed) ? parsed
                : throw new UsageException($"TrustedProxies: '{network}' is not a network like 10.0.0.0/8."));
        app.UseForwardedHeaders(options);
    }

    /// <summary>Tells the callee what this process knows of the client; what the client itself claims is not passed on.</summary>
    public sealed class Transformer : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            var headers = proxyRequest.Headers;
            foreach (var name in (string[])["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded"]) headers.Remove(name);
            if (httpContext.Connection.RemoteIpAddress is { } address) headers.TryAddWithoutValidation("X-Forwarded-For", Plain(address));
            headers.TryAddWithoutValidation("X-Forwarded-Proto", httpContext.Request.Scheme);
            headers.TryAddWithoutValidation("X-Forwarded-Host", httpContext.Request.Host.Value);
            headers.Host = null; // the callee's own
        }

        private static string Plain(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }
}
