using Microsoft.Extensions.DependencyInjection;
using Tideline.Platform.Data;
using Tideline.Platform.Events;
using Tideline.Platform.Realtime;
using Tideline.Worker.Jobs;

namespace Tideline.Worker.Claims;

/// <summary>A runner stops in order: what it still holds is ready again at once, and no attempt is counted.</summary>
internal sealed class LeaveQueue(ServiceDatabase<WorkerDb> database, ReadyWaiters waiters, ILiveUpdates live, [FromKeyedServices("worker")] OutboxSignal outbox)
{
    public async Task LeaveAsync(Guid worker, CancellationToken ct)
    {
        var returned = new List<(Guid Tenant, Guid Id, string Type)>();
        var abandoned = new List<Abandoned>();
        await using var transaction = await database.BeginEngineAsync(ct);
        // First the runner, then its jobs: a claim of its that is still under way ends before, or finds no runner any more.
        await transaction.ExecuteAsync("delete from worker where id = $1", [worker], ct);
        await using (var command = transaction.Command("""
            update job set state = case when cancel_requested then 'cancelled' else 'ready' end,
                finished_at = case when cancel_requested then clock_timestamp() end,
                uncounted = uncounted + 1, cancel_requested = false, lease_owner = null, leased_until = null
            where lease_owner = $1 and state = 'running'
            returning tenant_id, id, type, case when state = 'cancelled' then payload end
            """, worker))
        await using (var reader = await command.ExecuteReaderAsync(ct))
            while (await reader.ReadAsync(ct))
            {
                returned.Add((reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2)));
                if (!reader.IsDBNull(3)) abandoned.Add(new(reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), "cancelled"));
            }
        var isNews = await GivenUp.TellAsync(transaction, abandoned, ct);
        await transaction.CommitAsync(ct);
        if (isNews) outbox.Raise();
        foreach (var (tenant, id, type) in returned)
        {
            waiters.Raise(type);
            live.Changed(tenant, "jobs", id);
        }
    }
}
