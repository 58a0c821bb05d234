using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Tideline.Platform.Limits;

/// <summary>Whose requests are counted together.</summary>
/// <param name="Kind">What sort of whom: <c>address</c>, <c>key</c>, <c>tenant</c>, <c>service</c>.</param>
/// <param name="Id">Which one, when it has an id.</param>
/// <param name="Name">Which one, when it has a name.</param>
public readonly record struct LimitKey(string Kind, Guid Id, string? Name = null)
{
    /// <summary>An address. Whoever has one IPv6 address has the whole /64 around it.</summary>
    public static LimitKey Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        (address.AddressFamily == AddressFamily.InterNetwork ? address.MapToIPv6() : address).TryWriteBytes(bytes, out _);
        if (address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false }) bytes[8..].Clear();
        return new LimitKey("address", new Guid(bytes, bigEndian: true));
    }

    /// <summary>As it stands in the database.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind}:{Name ?? Id.ToString("n")}");
}

/// <summary>A token bucket's measures: so many requests a second in the long run, and so many at once after a rest.</summary>
/// <param name="PerSecond">Tokens that come back each second.</param>
/// <param name="Burst">Tokens that it holds when it is full.</param>
public readonly record struct LimitRate(double PerSecond, double Burst);

/// <summary>How a bucket stands after a request.</summary>
/// <param name="IsAllowed">The request had a token.</param>
/// <param name="Limit">Tokens that the bucket holds when it is full.</param>
/// <param name="Remaining">Whole tokens that are left.</param>
/// <param name="Wait">Until there is a token again; zero when there is one.</param>
/// <param name="Reset">Until the bucket is full.</param>
public readonly record struct LimitState(bool IsAllowed, int Limit, int Remaining, TimeSpan Wait, TimeSpan Reset);
