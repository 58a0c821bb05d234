using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Tideline.Platform.Api;

namespace Tideline.Identity.Sessions;

/// <summary>Who is at the other end, as far as a server can know: for the list of sessions, the throttle and the binding of refresh tokens.</summary>
internal sealed record Client(string Ip, string UserAgent, byte[]? DeviceHash, bool IsConsole)
{
    private const string RefreshCookie = "tl_refresh";
    private const string DeviceCookie = "tl_device";
    private const string ConsoleHeader = "X-Tideline-Client";

    public static Client Of(HttpContext context)
    {
        var agent = context.Request.Headers.UserAgent.ToString();
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        var device = context.Request.Cookies[DeviceCookie];
        return new Client(
            address.ToString(), agent.Length > 400 ? agent[..400] : agent, device is { Length: 22 } ? Hash(device) : null,
            context.Request.Headers[ConsoleHeader] == "console");
    }

    /// <summary>Somebody for whom a session is about to be opened: a browser gets a device of its own with the answer.</summary>
    public static Client Entering(HttpContext context)
    {
        var client = Of(context);
        return client.IsConsole ? client with { DeviceHash = client.DeviceHash ?? Hash(NewDevice(context)) } : client;
    }

    /// <summary>The same browser or program, on a network near enough: a phone that changes its cell is still the same one.</summary>
    public bool IsNear(string ip, string userAgent) => userAgent == UserAgent && Network(ip).AsSpan().SequenceEqual(Network(Ip));

    /// <summary>
    /// The refresh token of the request: from the body for programs, from the cookie for browsers. A cookie travels by itself, so it counts
    /// only with a header that no other site's page can make a browser send.
    /// </summary>
    public static string? RefreshToken(HttpContext context, string? inBody)
    {
        if (inBody is not null) return inBody;
        if (context.Request.Cookies[RefreshCookie] is not { Length: > 0 } cookie) return null;
        var site = context.Request.Headers["Sec-Fetch-Site"].ToString();
        if (context.Request.Headers[ConsoleHeader] != "console" || site is not ("" or "same-origin"))
            throw new Problem(StatusCodes.Status403Forbidden, "cross_site_request", "A cookie is accepted from the console only.", $"Send the header {ConsoleHeader}: console, from the console's own pages.");
        return cookie;
    }

    /// <summary>Hands the refresh token to a browser, where no script can read it.</summary>
    public static void SetRefreshToken(HttpContext context, string token, DateTimeOffset now, DateTimeOffset expires)
    {
        context.Response.Cookies.Append(RefreshCookie, token, Cookie(context, expires - now));
        if (context.Request.Cookies[DeviceCookie] is not { Length: 22 })
            context.Response.Cookies.Append(DeviceCookie, NewDevice(context), Cookie(context, TimeSpan.FromDays(365)));
    }

    public static void ForgetRefreshToken(HttpContext context) => context.Response.Cookies.Delete(RefreshCookie, Cookie(context, null));

    private static string NewDevice(HttpContext context)
    {
        if (context.Items[DeviceCookie] is string made) return made;
        var device = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        context.Items[DeviceCookie] = device;
        return device;
    }

    private static CookieOptions Cookie(HttpContext context, TimeSpan? age) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = "/api/identity",
        MaxAge = age,
        IsEssential = true,
    };

    private static byte[] Hash(string device) => SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(device));

    private static byte[] Network(string ip)
    {
        if (!IPAddress.TryParse(ip, out var address)) return [];
        var bytes = address.GetAddressBytes();
        return address.AddressFamily == AddressFamily.InterNetwork ? bytes[..2] : bytes[..4];
    }
}
