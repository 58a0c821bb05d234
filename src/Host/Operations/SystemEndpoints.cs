using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Tideline.Host.Gateway;
using Tideline.Platform.Api;
using Tideline.Platform.Clients;
using Tideline.Platform.Events;
using Tideline.Platform.Security;

namespace Tideline.Host.Operations;

/// <summary>What the operators of an installation see of it, and can do: services, bus, queues, database, dead letters. Over all tenants.</summary>
internal static class SystemEndpoints
{
    private const string Worker = "system:worker";

    public static void AddSystem(this WebApplicationBuilder builder) => builder.Services.AddServiceHttpClient(Worker, "worker");

    public static void MapSystem(this WebApplication app)
    {
        var system = app.MapGroup("/api/system").WithTags("System").WithGroupName("system");
        system.MapGet("/overview", Overview).WithName("getSystemOverview").Requires("system:read");
        system.MapGet("/dead-letters", DeadLetters).WithName("listDeadLetters").Requires("system:read");
        system.MapTraces();
        system.MapPost("/dead-letters/{id:guid}/replay", Replay).WithName("replayDeadLetter").Requires("system:write");
        system.MapPost("/dead-letters/{id:guid}/discard", Discard).WithName("discardDeadLetter").Requires("system:write");
    }

    private static async Task<Ok<SystemOverview>> Overview(HttpContext context, ServiceMonitor monitor, BusStatus bus, IHttpClientFactory clients, CancellationToken ct)
    {
        var queues = QueuesAsync(clients.CreateClient(Worker), context.Request.Headers.Authorization.ToString(), ct);
        var groups = await bus.GroupsAsync(ct);
        var published = await bus.PublishedLastMinuteAsync(ct);
        var (used, max) = await bus.ConnectionsAsync(ct);
        return TypedResults.Ok(new SystemOverview(monitor.Services, new BusView(groups, published), await queues, new DatabaseView(used, max)));
    }

    private static async Task<Ok<Page<DeadLetterView>>> DeadLetters(string? group, int? limit, string? cursor, BusStatus bus, CancellationToken ct)
    {
        var rows = await bus.DeadLettersAsync(group, null, Cursor.Id(cursor), Limit.Of(limit) + 1, ct);
        return TypedResults.Ok(Page<DeadLetterView>.Of([.. rows.Select(DeadLetterView.Of)], Limit.Of(limit), letter => [letter.Id]));
    }

    private static async Task<NoContent> Replay(Guid id, BusStatus bus, CancellationToken ct) =>
        await bus.ReplayAsync(id, null, ct) ? TypedResults.NoContent() : throw Problem.NotFound("dead letter that waits");

    private static async Task<NoContent> Discard(Guid id, BusStatus bus, CancellationToken ct) =>
        await bus.DiscardAsync(id, null, ct) ? TypedResults.NoContent() : throw Problem.NotFound("dead letter that waits");

    // In the caller's own name: what they may not see in the worker, they do not see here.
    private static async Task<JsonArray> QueuesAsync(HttpClient worker, string authorization, CancellationToken ct)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/worker/queues");
            request.Headers.Authorization = AuthenticationHeaderValue.Parse(authorization);
            using var response = await worker.SendAsync(request, ct);
            return response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<JsonArray>(ct) ?? [] : [];
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            return []; // The overview is for bad times, too.
        }
    }
}

/// <summary>The installation at a glance.</summary>
internal sealed record SystemOverview(IReadOnlyList<ServiceHealth> Services, BusView Bus, JsonArray Queues, DatabaseView Database);

/// <summary>The event bus: its consumer groups, and how much is going on.</summary>
internal sealed record BusView(IReadOnlyList<GroupStatus> Groups, long PublishedLastMinute);

/// <summary>Connections of the database server.</summary>
internal sealed record DatabaseView(int ConnectionsUsed, int ConnectionsMax);

/// <summary>An event that a service gave up after its attempts.</summary>
internal sealed record DeadLetterView(
    Guid Id, string Group, string EventType, Guid? TenantId, string Key, JsonElement Payload, string Error, int Attempts, DateTimeOffset FirstFailedAt, DateTimeOffset FailedAt)
{
    public static DeadLetterView Of(DeadLetter letter)
    {
        using var payload = JsonDocument.Parse(letter.Event.Payload);
        return new(letter.Id, letter.Group, letter.Event.Type, letter.Event.TenantId, letter.Event.Key, payload.RootElement.Clone(), letter.Error, letter.Attempts,
            letter.FirstFailedAt, letter.FailedAt);
    }
}
