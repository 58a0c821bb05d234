using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.HttpOverrides;

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

    /// <summary>The address in its shortest form: one that came by IPv4 reads so.</summary>
    public static string Plain(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();

    /// <summary>The address, or the network of one who has as many as they like: of IPv6 the /64.</summary>
    public static string OfNetwork(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || address.IsIPv4MappedToIPv6) return Plain(address);
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes) + "/64";
    }
}
