using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Api;
using Tideline.Platform.Data;
using Tideline.Platform.Realtime;
using Tideline.Platform.Security;
using Tideline.Worker.Claims;

namespace Tideline.Worker.Queues;

internal static partial class QueueEndpoints
{
    public static void MapQueues(this RouteGroupBuilder api)
    {
        var queues = api.MapGroup("/queues").WithTags("Queues");
        queues.MapGet("/", List).WithName("listQueues").Requires("worker:read");
        queues.MapPost("/{name}/pause", Pause).WithName("pauseQueue").Requires("worker:write");
        queues.MapPost("/{name}/resume", Resume).WithName("resumeQueue").Requires("worker:write");
        api.MapGet("/workers", Workers).WithTags("Workers").WithName("listWorkers").Requires("worker:read");
    }

    /// <summary>The queues. The numbers are those of the whole platform; paused means that your own jobs are held.</summary>
    private static async Task<Ok<IReadOnlyList<QueueView>>> List(QueueNumbers numbers, WorkerDb db, CancellationToken ct)
    {
        var known = await numbers.GetAsync(ct);
        var paused = await db.QueueSettings.AsNoTracking().Where(q => q.Paused).Select(q => q.Name).ToListAsync(ct);
        var views = known.Select(q => QueueView.Of(q, paused.Contains(q.Name)))
            .Concat(paused.Where(name => known.All(q => q.Name != name)).Select(name => QueueView.Of(new QueueNumber { Name = name }, true)));
        return TypedResults.Ok<IReadOnlyList<QueueView>>([.. views.OrderBy(q => q.Name, StringComparer.Ordinal)]);
    }

    /// <summary>Hold your jobs of a queue. What runs goes on; what waits stays.</summary>
    private static async Task<Ok<QueueView>> Pause(string name, QueueSwitch queue, CancellationToken ct) =>
        TypedResults.Ok(await queue.SetAsync(Valid(name), paused: true, ct));

    /// <summary>Let your jobs of a queue run again.</summary>
    private static async Task<Ok<QueueView>> Resume(string name, QueueSwitch queue, CancellationToken ct) =>
        TypedResults.Ok(await queue.SetAsync(Valid(name), paused: false, ct));

    /// <summary>The runners that are alive, in all processes.</summary>
    private static async Task<Ok<IReadOnlyList<WorkerView>>> Workers(ServiceDatabase<WorkerDb> database, CancellationToken ct)
    {
        await using var transaction = await database.BeginSystemAsync(ct);
        await using var command = transaction.Command("""
            select w.id, w.service, w.host, w.started_at, w.seen_at, w.types,
                (select coalesce(sum(cardinality(l.ids)), 0) from lease l where l.worker = w.id)::int
            from worker w where w.seen_at > clock_timestamp() - interval '1 minute'
            order by w.service, w.host, w.started_at limit 1000
            """);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var workers = new List<WorkerView>();
        while (await reader.ReadAsync(ct))
            workers.Add(new WorkerView(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3),
                reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<string[]>(5), reader.GetInt32(6)));
        return TypedResults.Ok<IReadOnlyList<WorkerView>>(workers);
    }

    private static string Valid(string name) =>
        QueueName().IsMatch(name) ? name : throw Problem.Invalid("name", "Must be 1 to 100 lower-case letters, digits, dots, dashes or underscores.");

    [GeneratedRegex(@"\A[a-z0-9._-]{1,100}\z")]
    private static partial Regex QueueName();
}

/// <summary>Pauses and resumes a queue for the caller's tenant.</summary>
internal sealed class QueueSwitch(ServiceDatabase<WorkerDb> database, QueueNumbers numbers, ReadyWaiters waiters, ILiveUpdates live, Caller caller)
{
    public async Task<QueueView> SetAsync(string name, bool paused, CancellationToken ct)
    {
        var waiting = new List<string>();
        await using (var transaction = await database.BeginAsync(caller.TenantId, ct))
        {
            await transaction.ExecuteAsync("""
                insert into queue_setting (tenant_id, name, paused, changed_by) values ($1, $2, $3, $4)
                on conflict (tenant_id, name) do update set paused = $3, changed_by = $4, changed_at = clock_timestamp()
                """, [caller.TenantId, name, paused, caller.UserId], ct);
            if (!paused)
            {
                await using var command = transaction.Command("select distinct type from ready where tenant_id = $1 and queue = $2", caller.TenantId, name);
                await using var reader = await command.ExecuteReaderAsync(ct);
                while (await reader.ReadAsync(ct)) waiting.Add(reader.GetString(0));
            }
            await transaction.CommitAsync(ct);
        }
        foreach (var type in waiting) waiters.Raise(type);
        live.Changed(caller.TenantId, "jobs");
        var known = (await numbers.GetAsync(ct)).FirstOrDefault(q => q.Name == name);
        return QueueView.Of(known ?? new QueueNumber { Name = name }, paused);
    }
}

/// <summary>A queue as the API shows it.</summary>
public sealed record QueueView(
    string Name, bool Paused, long Ready, long Parked, long Scheduled, long Running, long Failed, long Dead, double OldestReadyAgeSeconds, long CompletedLastMinute)
{
    internal static QueueView Of(QueueNumber queue, bool paused) => new(
        queue.Name, paused, queue.Ready, queue.Parked, queue.Scheduled, queue.Running, queue.Failed, queue.Dead, queue.OldestReadyAgeSeconds, queue.CompletedLastMinute);
}

/// <summary>A runner as the API shows it.</summary>
public sealed record WorkerView(
    Guid Id, string Service, string Host, DateTimeOffset StartedAt, DateTimeOffset SeenAt, IReadOnlyList<string> Types, int Running);
