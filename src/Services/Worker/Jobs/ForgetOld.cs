using Microsoft.Extensions.Options;
using Tideline.Platform.Data;
using Tideline.Platform.Hosting;

namespace Tideline.Worker.Jobs;

/// <summary>Removes what has ended long enough ago, in small batches, and runners that left without a word.</summary>
internal sealed class ForgetOld(ServiceDatabase<WorkerDb> database, IOptions<WorkerOptions> options, TimeProvider clock) : IServiceLoop
{
    private const int Batch = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        while (true)
        {
            health.Beat();
            if (await TurnAsync(ct) < Batch) await Task.Delay(Interval, clock, ct);
        }
    }

    /// <summary>Removes one batch of each kind.</summary>
    /// <returns>The larger number of jobs removed.</returns>
    internal async Task<int> TurnAsync(CancellationToken ct)
    {
        var finished = await RemoveAsync(["completed", "cancelled"], options.Value.KeepFinished, ct);
        var dead = await RemoveAsync(["dead"], options.Value.KeepDead, ct);
        await using var transaction = await database.BeginSystemAsync(ct);
        await transaction.ExecuteAsync("delete from worker where seen_at < clock_timestamp() - interval '1 hour'", [], ct);
        await transaction.CommitAsync(ct);
        return Math.Max(finished, dead);
    }

    private async Task<int> RemoveAsync(string[] states, TimeSpan keep, CancellationToken ct)
    {
        await using var transaction = await database.BeginSystemAsync(ct);
        var removed = await transaction.ExecuteAsync($"""
            delete from job using (
                select tenant_id, id from job where state = any ($1) and finished_at < clock_timestamp() - $2::interval
                limit {Batch} for update skip locked) old
            where job.tenant_id = old.tenant_id and job.id = old.id
            """, [states, keep], ct);
        await transaction.CommitAsync(ct);
        return removed;
    }
}
