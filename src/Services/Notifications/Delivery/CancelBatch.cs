using Microsoft.EntityFrameworkCore;
using Tideline.Contracts;
using Tideline.Platform.Jobs;
using Tideline.Platform.Realtime;

namespace Tideline.Notifications.Delivery;

/// <summary>The messages of a cancelled batch that are not out are to end.</summary>
[Job("notifications.cancel-batch", Queue = "mail", Concurrency = 2)]
internal sealed record CancelBatch(Guid BatchId) : IJob;

/// <summary>Chunk by chunk, so that no transaction holds a whole campaign.</summary>
internal sealed class RunCancelBatch(NotificationsDb db, DeliveryLedger ledger, ILiveUpdates live) : IRunJob<CancelBatch>
{
    public async Task RunAsync(CancelBatch job, JobRun run, CancellationToken ct)
    {
        var chunks = await db.Chunks.AsNoTracking().Where(c => c.BatchId == job.BatchId && c.DoneAt == null).OrderBy(c => c.Id).Select(c => c.Id).ToListAsync(ct);
        var ended = 0;
        for (var i = 0; i < chunks.Count; i++)
        {
            ended += await ledger.CancelAsync(db.Caller.TenantId, chunks[i], ct);
            await run.ReportAsync(100.0 * (i + 1) / chunks.Count, $"{ended} messages cancelled", ct);
            live.Changed(db.Caller.TenantId, "messages");
        }
    }
}
