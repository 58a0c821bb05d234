using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts;
using Tideline.Contracts.Leads;
using Tideline.Platform.Jobs;
using Tideline.Platform.Realtime;

namespace Tideline.Assignment;

/// <summary>Rules or pools have changed: try again for the leads that wait. Without a unique key: one that runs already may have passed them.</summary>
[Job("assignment.drain-waiting", Concurrency = 1)]
internal sealed record DrainWaiting : IJob;

/// <summary>Oldest first, some hundred a transaction.</summary>
internal sealed class RunDrainWaiting(AssignmentDb db, Decider decider, ILiveUpdates live) : IRunJob<DrainWaiting>
{
    private const int Chunk = 500;

    public async Task RunAsync(DrainWaiting job, JobRun run, CancellationToken ct)
    {
        (DateTimeOffset Since, Guid Lead) after = (DateTimeOffset.MinValue, Guid.Empty);
        while (true)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            await decider.PrepareAsync(lockPools: true, ct);
            var waiting = await db.Waiting.Where(w => w.Since > after.Since || (w.Since == after.Since && w.LeadId > after.Lead))
                .OrderBy(w => w.Since).ThenBy(w => w.LeadId).Take(Chunk).ToListAsync(ct);
            if (waiting.Count == 0) return;
            var ids = waiting.Select(w => w.LeadId).ToList();
            var leads = await db.KnownLeads.AsNoTracking().Where(l => ids.Contains(l.LeadId)).ToListAsync(ct);
            await decider.LoadAsync(ids, ct);
            foreach (var lead in leads) decider.Decide(JsonSerializer.Deserialize<LeadSnapshot>(lead.Snapshot, ContractsJson.Options)!);
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            db.RaiseOutboxSignal();
            after = (waiting[^1].Since, waiting[^1].LeadId);
            db.ChangeTracker.Clear();
            live.Changed(db.Caller.TenantId, "assignment");
        }
    }
}
