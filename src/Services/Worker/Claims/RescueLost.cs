using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tideline.Platform.Data;
using Tideline.Platform.Events;
using Tideline.Platform.Hosting;
using Tideline.Platform.Realtime;
using Tideline.Worker.Jobs;

namespace Tideline.Worker.Claims;

/// <summary>
/// Takes jobs from runners that gave no sign of life for the length of a lease, whatever the job's own length. The attempt stays counted: a
/// job that kills its process ends among the dead, too. The database's clock judges, so no process's clock matters.
/// </summary>
internal sealed class RescueLost(
    ServiceDatabase<WorkerDb> database, ReadyWaiters waiters, ILiveUpdates live, IOptions<WorkerOptions> options, TimeProvider clock,
    ILogger<RescueLost> logger, [FromKeyedServices("worker")] OutboxSignal outbox) : IServiceLoop
{
    private const int Batch = 1000;
    private const string Reason = "The process that ran it gave no sign of life for the length of its lease.";

    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        while (true)
        {
            health.Beat();
            if (await TurnAsync(ct) < Batch) await Task.Delay(options.Value.RescueEvery, clock, ct);
        }
    }

    /// <summary>Rescues what is lost now.</summary>
    internal async Task<int> TurnAsync(CancellationToken ct)
    {
        var rescued = new List<(Guid Tenant, Guid Id, string Type, string State, int Attempt)>();
        var abandoned = new List<Abandoned>();
        await using var transaction = await database.BeginEngineAsync(ct);
        await using (var command = transaction.Command($"""
            with lost as (
                select tenant_id, id, case
                    when cancel_requested then 'cancelled'
                    when attempt - uncounted >= max_attempts then 'dead'
                    else 'ready' end as next
                from job where state = 'running' and leased_until < clock_timestamp()
                order by leased_until limit {Batch} for update skip locked)
            update job j
            set state = lost.next, error = $1, cancel_requested = false, lease_owner = null, leased_until = null,
                finished_at = case when lost.next = 'ready' then null else clock_timestamp() end
            from lost where j.tenant_id = lost.tenant_id and j.id = lost.id
            returning j.tenant_id, j.id, j.type, j.state, j.attempt, case when j.state in ('cancelled', 'dead') then j.payload end
            """, Reason))
        await using (var reader = await command.ExecuteReaderAsync(ct))
            while (await reader.ReadAsync(ct))
            {
                rescued.Add((reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetInt32(4)));
                if (!reader.IsDBNull(5)) abandoned.Add(new(reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(5), reader.GetString(3)));
            }
        await RunLog.WriteAsync(transaction, rescued.Select(r => new RunLog.Line(r.Tenant, r.Id, r.Attempt, null, Reason)), ct);
        var isNews = await GivenUp.TellAsync(transaction, abandoned, ct);
        await transaction.CommitAsync(ct);
        if (isNews) outbox.Raise();
        foreach (var (tenant, id, type, state, _) in rescued)
        {
            if (state == "ready") waiters.Raise(type);
            live.Changed(tenant, "jobs", id);
        }
        if (rescued.Count > 0) logger.LogWarning("{Count} jobs were taken from runners that gave no sign of life", rescued.Count);
        return rescued.Count;
    }
}
