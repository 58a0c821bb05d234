using System.Diagnostics;
using System.Globalization;
using Tideline.Platform.Api;

namespace Tideline.Host.Gateway;

/// <summary>Refusals at the door, in the shape of all others but without an exception: there may be very many of them.</summary>
internal static class Refusal
{
    public static Problem TooLarge => new(StatusCodes.Status413PayloadTooLarge, "body_too_large", "The request body is too large.");

    public static Task WriteAsync(HttpContext context, Problem problem)
    {
        var headers = context.Response.Headers;
        if (problem.Status == StatusCodes.Status401Unauthorized) headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
        if (problem.Extensions?.GetValueOrDefault("retryAfter") is int seconds) headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        headers.TraceParent = Activity.Current?.Id;
        headers.CacheControl = "no-store";
        return problem.ToResult().ExecuteAsync(context);
    }
}
