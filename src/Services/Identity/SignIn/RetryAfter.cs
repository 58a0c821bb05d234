using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Tideline.Platform.Api;

namespace Tideline.Identity.SignIn;

internal static class RetryAfter
{
    /// <summary>Says in the header, too, when the next attempt is looked at.</summary>
    public static RouteHandlerBuilder TellsRetryAfter(this RouteHandlerBuilder builder) => builder.AddEndpointFilter(async (invocation, next) =>
    {
        try
        {
            return await next(invocation);
        }
        catch (Problem problem) when (problem.Status == StatusCodes.Status429TooManyRequests && problem.Extensions?["retryAfter"] is int seconds)
        {
            invocation.HttpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            return problem.ToResult();
        }
    });
}
