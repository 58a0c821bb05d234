using System.ComponentModel.DataAnnotations;
using Tideline.Platform.Limits;

namespace Tideline.Host.Gateway;

/// <summary>
/// Section <c>Gateway:Limits</c>: requests that are let in, over all gateways together. Each limit is so many a second in the long run and
/// so many at once after a rest; 0 a second turns it off.
/// </summary>
internal sealed class LimitOptions
{
    /// <summary>Requests a second from one address without a token or with one that is not known yet. IPv6 counts by /64.</summary>
    [Range(0, 10_000_000)]
    public double AddressPerSecond { get; set; } = 200;

    /// <summary>The same, at once.</summary>
    [Range(1, 10_000_000)]
    public double AddressBurst { get; set; } = 1_000;

    /// <summary>Requests a second with one API key.</summary>
    [Range(0, 10_000_000)]
    public double KeyPerSecond { get; set; } = 500;

    /// <summary>The same, at once.</summary>
    [Range(1, 10_000_000)]
    public double KeyBurst { get; set; } = 2_000;

    /// <summary>Requests a second of one workspace, all its people and programs together.</summary>
    [Range(0, 10_000_000)]
    public double TenantPerSecond { get; set; } = 2_000;

    /// <summary>The same, at once.</summary>
    [Range(1, 10_000_000)]
    public double TenantBurst { get; set; } = 10_000;

    /// <summary>Requests a second to one service, of everybody together.</summary>
    [Range(0, 10_000_000)]
    public double ServicePerSecond { get; set; } = 20_000;

    /// <summary>The same, at once.</summary>
    [Range(1, 10_000_000)]
    public double ServiceBurst { get; set; } = 50_000;

    /// <summary>The measures of a kind of bucket.</summary>
    public LimitRate Of(string kind) => kind switch
    {
        "address" => new(AddressPerSecond, AddressBurst),
        "key" => new(KeyPerSecond, KeyBurst),
        "tenant" => new(TenantPerSecond, TenantBurst),
        _ => new(ServicePerSecond, ServiceBurst),
    };
}
