using System.ComponentModel.DataAnnotations;

namespace Tideline.Host.Gateway;

/// <summary>Section <c>Gateway</c>: how the public door passes requests on and what it lets in.</summary>
internal sealed class GatewayOptions
{
    /// <summary>
    /// Where other processes reach the services that share this one with the gateway, separated by semicolons, each with a port of its own:
    /// <c>http://10.0.0.5:8081</c>. There <c>/internal</c> exists; never let the world in. Not needed when a gateway hosts nothing else, or all.
    /// </summary>
    public string InternalUrls { get; set; } = "";

    /// <summary>How long to wait for a connection to a copy of a service before another one is tried; two tries must fit into a second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:10")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromMilliseconds(400);

    /// <summary>Longest silence of a service while it answers a request; then the request ends with 504.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan ActivityTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often each copy of a service is asked for <c>/health/ready</c>; after two bad answers it gets no requests.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:05:00")]
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a copy that refused a connection, or broke one, gets no requests while another one can take them.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:10:00")]
    public TimeSpan EjectFor { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Largest body of a request in JSON.</summary>
    [Range(1_000, 1_000_000_000)]
    public long MaxJsonBytes { get; set; } = 10_000_000;

    /// <summary>Largest body of any other request, such as an uploaded file. A service may take less.</summary>
    [Range(1_000, 100_000_000_000)]
    public long MaxBodyBytes { get; set; } = 300_000_000;

    /// <summary>How long a client may take for the header of a request.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan HeadersTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The ports of <see cref="InternalUrls"/>.</summary>
    public IReadOnlySet<int> InternalPorts() => Ports(InternalUrls);

    /// <summary>Addresses to listen at, or an explanation why not.</summary>
    public string ListeningAt(string publicUrls)
    {
        if (InternalUrls.Length == 0) return publicUrls;
        if (Ports(publicUrls).Overlaps(InternalPorts())) throw new UsageException("Gateway:InternalUrls needs a port of its own: by it a request from another process is known.");
        return publicUrls + ";" + InternalUrls;
    }

    private static HashSet<int> Ports(string urls) =>
        [.. urls.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(url => BindingAddress.Parse(url).Port).Where(port => port > 0)];
}
