using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Tideline.Platform.Api;
using Tideline.Platform.Clients;
using Tideline.Platform.Security;
using Tideline.Platform.Telemetry;

namespace Tideline.Host.Operations;

/// <summary>
/// What has just happened, request by request, for those who have no tracing system at hand. Every process keeps its last spans; the gateway asks
/// all of them for a trace.
/// </summary>
internal static class TraceEndpoints
{
    private const int MostRoots = 100;

    /// <summary>The spans of this process. Below <c>/internal</c>, which no gateway lets in from outside.</summary>
    public static void MapOwnSpans(this WebApplication app) =>
        app.MapGet("/internal/traces/{traceId}", (string traceId, RecentTraces traces) => TypedResults.Ok(traces.Of(Valid(traceId))))
            .Requires("system:read").ExcludeFromDescription();

    public static void MapTraces(this RouteGroupBuilder system)
    {
        system.MapGet("/traces", List).WithName("listTraces").Requires("system:read");
        system.MapGet("/traces/{traceId}", Get).WithName("getTrace").Requires("system:read");
    }

    /// <summary>The newest requests and background work that began at this gateway.</summary>
    private static Ok<IReadOnlyList<RecordedSpan>> List(int? limit, RecentTraces traces) =>
        TypedResults.Ok(traces.Roots(limit is null or (>= 1 and <= MostRoots) ? limit ?? 50 : throw Problem.Invalid("limit", $"Must be between 1 and {MostRoots}.")));

    /// <summary>All spans of a trace that are still kept, in every process, in the order in which they began.</summary>
    private static async Task<Ok<IReadOnlyList<RecordedSpan>>> Get(
        string traceId, HttpContext context, RecentTraces traces, ServiceDirectory directory, IHttpClientFactory clients, CancellationToken ct)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        var elsewhere = await Task.WhenAll(directory.Remote.Values.SelectMany(addresses => addresses).Distinct()
            .Select(address => AskAsync(clients, new Uri(address, "/internal/traces/" + Valid(traceId)), authorization, ct)));
        return TypedResults.Ok<IReadOnlyList<RecordedSpan>>(
            [.. traces.Of(Valid(traceId)).Concat(elsewhere.SelectMany(spans => spans)).DistinctBy(span => span.SpanId).OrderBy(span => span.StartedAt)]);
    }

    private static async Task<IReadOnlyList<RecordedSpan>> AskAsync(IHttpClientFactory clients, Uri address, string authorization, CancellationToken ct)
    {
        try
        {
            using var client = clients.CreateClient();
            client.Timeout = TimeSpan.FromSeconds(3);
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Authorization = AuthenticationHeaderValue.Parse(authorization);
            using var response = await client.SendAsync(request, ct);
            return response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<List<RecordedSpan>>(ct) ?? [] : [];
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return []; // A process that is down has nothing to tell.
        }
    }

    private static string Valid(string traceId) =>
        traceId.Length == 32 && traceId.All(char.IsAsciiHexDigit) ? traceId : throw Problem.Invalid("traceId", "Must be 32 hexadecimal digits.");
}
