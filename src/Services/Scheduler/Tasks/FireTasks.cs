using Tideline.Contracts.Scheduler;
using Tideline.Platform.Data;
using Tideline.Platform.Events;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Platform.Hosting;

namespace Tideline.Scheduler.Tasks;

/// <summary>
/// Fires tasks whose time has come by the database's clock. The row's new state and the event are one transaction, and a row that another
/// process is firing is passed over: each fires once, whoever else is at it. Sleeps until the next one is due.
/// </summary>
internal sealed class FireTasks(
    ServiceDatabase<SchedulerDb> database, [FromKeyedServices("scheduler")] OutboxSignal outbox, DueSignals signals) : IServiceLoop
{
    private const int Batch = 1000;

    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        while (true)
        {
            health.Beat();
            var pause = await TurnAsync(ct);
            if (pause > TimeSpan.Zero) await signals.Tasks.WaitAsync(pause, ct);
        }
    }

    /// <summary>Fires one batch.</summary>
    /// <returns>How long nothing more will be due.</returns>
    internal async Task<TimeSpan> TurnAsync(CancellationToken ct)
    {
        var fired = new List<(Guid Tenant, ScheduleDue Event, string? Traceparent, double Lateness)>();
        double? next;
        await using (var transaction = await database.BeginSystemAsync(ct))
        {
            await using (var command = transaction.Command($"""
                with due as (
                    select tenant_id, id from task where state = 'pending' and due_at <= clock_timestamp()
                    order by due_at limit {Batch} for update skip locked)
                update task t set state = 'fired', ended_at = clock_timestamp() from due where t.tenant_id = due.tenant_id and t.id = due.id
                returning t.tenant_id, t.owner, t.name, t.due_at, t.traceparent, extract(epoch from t.ended_at - t.due_at)::float8
                """))
            await using (var reader = await command.ExecuteReaderAsync(ct))
            {
                while (await reader.ReadAsync(ct))
                {
                    var due = new ScheduleDue { Owner = reader.GetString(1), Name = reader.GetString(2), DueAt = reader.GetFieldValue<DateTimeOffset>(3) };
                    fired.Add((reader.GetGuid(0), due, reader.IsDBNull(4) ? null : reader.GetString(4), reader.GetDouble(5)));
                }
            }
            foreach (var tenant in fired.GroupBy(f => f.Tenant))
            {
                var events = tenant.Select(f => (f.Event, f.Traceparent)).InTheirTraces("tideline.scheduler fire task");
                await transaction.ExecuteAsync(OutboxSql.Insert, [OutboxSql.Json(events, tenant.Key == Guid.Empty ? null : tenant.Key)], ct);
            }
            await using (var command = transaction.Command("select extract(epoch from min(due_at) - clock_timestamp())::float8 from task where state = 'pending'"))
                next = await command.ExecuteScalarAsync(ct) as double?;
            await transaction.CommitAsync(ct);
        }
        if (fired.Count > 0) outbox.Raise();
        foreach (var (_, _, _, lateness) in fired) SchedulerTelemetry.Fired("task", lateness);
        return fired.Count == Batch ? TimeSpan.Zero : SchedulerTelemetry.Pause(next);
    }
}
