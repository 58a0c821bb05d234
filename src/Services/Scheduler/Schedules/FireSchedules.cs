using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NpgsqlTypes;
using Tideline.Contracts;
using Tideline.Platform.Data;
using Tideline.Platform.Events;
using Tideline.Platform.Hosting;

namespace Tideline.Scheduler.Schedules;

/// <summary>
/// Fires schedules. Claim, next time, history and events are one transaction; a schedule that another process is firing is passed over, and
/// the history's unique index would refuse a second fire of the same time.
/// </summary>
internal sealed class FireSchedules(
    ServiceDatabase<SchedulerDb> database, [FromKeyedServices("scheduler")] OutboxSignal outbox, DueSignals signals, ILogger<FireSchedules> log) : IServiceLoop
{
    private const int Batch = 500;

    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        while (true)
        {
            health.Beat();
            var pause = await TurnAsync(ct);
            if (pause > TimeSpan.Zero) await signals.Schedules.WaitAsync(pause, ct);
        }
    }

    /// <summary>Fires one batch.</summary>
    /// <returns>How long nothing more will be due.</returns>
    internal async Task<TimeSpan> TurnAsync(CancellationToken ct)
    {
        double? next;
        List<Claimed> claimed;
        var lateness = new List<double>();
        await using (var transaction = await database.BeginEngineAsync(ct))
        {
            claimed = await ClaimAsync(transaction, ct);
            if (claimed.Count > 0) await FireAsync(transaction, claimed, lateness, ct);
            await using (var command = transaction.Command("select extract(epoch from min(next_fire_at) - clock_timestamp())::float8 from schedule where next_fire_at is not null"))
                next = await command.ExecuteScalarAsync(ct) as double?;
            await transaction.CommitAsync(ct);
        }
        if (lateness.Count > 0) outbox.Raise();
        foreach (var late in lateness) SchedulerTelemetry.Fired("schedule", late);
        return claimed.Count == Batch ? TimeSpan.Zero : SchedulerTelemetry.Pause(next);
    }

    private static async Task<List<Claimed>> ClaimAsync(ServiceTransaction transaction, CancellationToken ct)
    {
        await using var command = transaction.Command($"""
            select tenant_id, id, cron, every_seconds, time_zone, event, job, payload, misfire, anchor, next_fire_at, clock_timestamp()
            from schedule where next_fire_at <= clock_timestamp()
            order by next_fire_at limit {Batch} for update skip locked
            """);
        await using var row = await command.ExecuteReaderAsync(ct);
        var claimed = new List<Claimed>();
        while (await row.ReadAsync(ct))
        {
            string? Text(int at) => row.IsDBNull(at) ? null : row.GetString(at);
            claimed.Add(new Claimed(
                row.GetGuid(0), row.GetGuid(1), Text(2), row.IsDBNull(3) ? null : row.GetInt32(3), row.GetString(4),
                new Target(Text(5), Text(6), Text(7)), Enum.Parse<Misfire>(row.GetString(8), true),
                row.GetFieldValue<DateTimeOffset>(9), row.GetFieldValue<DateTimeOffset>(10), row.GetFieldValue<DateTimeOffset>(11)));
        }
        return claimed;
    }

    private async Task FireAsync(ServiceTransaction transaction, List<Claimed> claimed, List<double> lateness, CancellationToken ct)
    {
        var history = new List<Execution>();
        var turns = new List<(Claimed Schedule, Turn Turn)>();
        var events = new List<(Guid Tenant, IEvent Event)>();
        foreach (var schedule in claimed)
        {
            var turn = Decide(schedule);
            turns.Add((schedule, turn));
            foreach (var (dueAt, missed) in turn.Fires)
            {
                history.Add(Entry(schedule, missed ? ExecutionKind.Missed : ExecutionKind.Due, dueAt, dueAt == turn.Fires[^1].DueAt ? turn.LeftOut : 0));
                events.Add((schedule.Tenant, schedule.Target.EventFor(dueAt)));
                lateness.Add((schedule.Now - dueAt).TotalSeconds);
            }
            // Nothing is dropped in silence.
            if (turn is { Fires.Count: 0, FirstLeftOut: { } first }) history.Add(Entry(schedule, ExecutionKind.Skipped, first, turn.LeftOut));
        }
        await using (var update = transaction.Command("""
            update schedule s set next_fire_at = r.next, last_fire_at = coalesce(r.last, s.last_fire_at)
            from unnest($1, $2, $3, $4) as r (tenant_id, id, next, last) where s.tenant_id = r.tenant_id and s.id = r.id
            """, turns.Select(t => t.Schedule.Tenant).ToArray(), turns.Select(t => t.Schedule.Id).ToArray()))
        {
            update.Parameters.Add(new() { Value = turns.Select(t => t.Turn.Next).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
            update.Parameters.Add(new()
            {
                Value = turns.Select(t => t.Turn.Fires.Count > 0 ? t.Schedule.Now : (DateTimeOffset?)null).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
            });
            await update.ExecuteNonQueryAsync(ct);
        }
        await transaction.ExecuteAsync("""
            insert into schedule_execution (tenant_id, id, schedule_id, kind, due_at, fired_at, left_out)
            select * from unnest($1, $2, $3, $4, $5, $6, $7)
            """,
            [
                history.Select(e => e.TenantId).ToArray(), history.Select(e => e.Id).ToArray(), history.Select(e => e.ScheduleId).ToArray(),
                history.Select(e => e.Kind.ToString().ToLowerInvariant()).ToArray(), history.Select(e => e.DueAt).ToArray(),
                history.Select(e => e.FiredAt).ToArray(), history.Select(e => e.LeftOut).ToArray(),
            ], ct);
        foreach (var tenant in events.GroupBy(e => e.Tenant))
            await transaction.ExecuteAsync(OutboxSql.Insert, [OutboxSql.Json(tenant.Select(e => (e.Event, (string?)null)).InTheirTraces("tideline.scheduler fire schedule"), tenant.Key)], ct);
    }

    private Turn Decide(Claimed schedule)
    {
        try
        {
            var recurrence = Recurrence.Of(schedule.Cron, schedule.EverySeconds, schedule.TimeZone, schedule.Anchor);
            return Turn.Of(recurrence, schedule.Misfire, schedule.Due, schedule.Now);
        }
        catch (FormatException e)
        {
            // Written by another version of this service, perhaps with a zone that this one does not know. It must not stop the others, and is
            // looked at again in a minute.
            log.LogError("Schedule {Id} of tenant {Tenant} cannot be read: {Reason}", schedule.Id, schedule.Tenant, e.Message);
            return new Turn([], 0, null, schedule.Now.AddMinutes(1));
        }
    }

    private static Execution Entry(Claimed schedule, ExecutionKind kind, DateTimeOffset dueAt, int leftOut) => new()
    {
        TenantId = schedule.Tenant,
        ScheduleId = schedule.Id,
        Kind = kind,
        DueAt = dueAt,
        FiredAt = schedule.Now,
        LeftOut = leftOut,
    };

    private sealed record Claimed(
        Guid Tenant, Guid Id, string? Cron, int? EverySeconds, string TimeZone, Target Target, Misfire Misfire, DateTimeOffset Anchor, DateTimeOffset Due,
        DateTimeOffset Now);
}
