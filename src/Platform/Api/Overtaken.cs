using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Platform.Data;

namespace Tideline.Platform.Api;

/// <summary>
/// A change without <c>If-Match</c> asks for the last word, not for a 412: when another writer, often one of our own handlers, came in between
/// reading and writing, the endpoint runs again on what is there now.
/// </summary>
internal static class Overtaken
{
    private const int Tries = 10;

    /// <summary>Repeats the endpoints that change something when they lost against another writer.</summary>
    /// <param name="group">Endpoints of one service.</param>
    /// <param name="database">Its context.</param>
    public static void RepeatOvertakenChanges(this RouteGroupBuilder group, Type database) =>
        ((IEndpointConventionBuilder)group).Add(endpoint =>
        {
            if (endpoint.Metadata.OfType<IHttpMethodMetadata>().Any(m => m.HttpMethods.All(HttpMethods.IsGet))) return;
            endpoint.FilterFactories.Add((_, next) => invocation => RunAsync(invocation, next, database));
        });

    private static async ValueTask<object?> RunAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next, Type database)
    {
        var http = invocation.HttpContext;
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await next(invocation);
            }
            catch (DbUpdateConcurrencyException) when (tries < Tries && http.Request.Headers.IfMatch.Count == 0)
            {
                // What was read and what was to be announced is forgotten; the endpoint begins anew.
                ((ServiceDb)http.RequestServices.GetRequiredService(database)).ChangeTracker.Clear();
                await Task.Delay(Random.Shared.Next(1, 5 * tries), http.RequestAborted);
            }
        }
    }
}
