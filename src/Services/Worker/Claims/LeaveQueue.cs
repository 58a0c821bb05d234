using Microsoft.Extensions.DependencyInjection;
using Tideline.Contracts.Worker;
using Tideline.Platform.Data;
using Tideline.Platform.Events;

namespace Tideline.Worker.Claims;

/// <summary>A runner stops in order: what it still holds is ready again at once, and no attempt is counted.</summary>
internal sealed class LeaveQueue(ServiceDatabase<WorkerDb> database, SettleRuns settle, [FromKeyedServices("worker")] OutboxSignal outbox)
{
    public async Task LeaveAsync(Guid worker, CancellationToken ct)
    {
        await using var transaction = await database.BeginEngineAsync(ct);
        // First the runner, then its jobs: a claim of its that is still under way ends before, or finds no runner any more.
        await transaction.ExecuteAsync("delete from worker where id = $1", [worker], ct);
        var taken = await TakenRuns.TakeLeasesAsync(
            transaction, "delete from lease where worker = $1 returning tenant_id, ids, attempts, claimed_at, cancelled", worker, ct);
        var (jobs, isNews) = await settle.SettleAsync(transaction, [.. taken.Select(t => new EndedRun(t, nameof(RunOutcome.Returned)))], ct);
        await transaction.CommitAsync(ct);
        if (isNews) outbox.Raise();
        settle.Tell(jobs);
    }
}
