using Microsoft.Extensions.Options;
using Tideline.Platform.Data;
using Tideline.Platform.Hosting;

namespace Tideline.Worker.Jobs;

/// <summary>Removes what has ended long enough ago, in small batches, and runners that left without a word.</summary>
internal sealed class ForgetOld(ServiceDatabase<WorkerDb> database, IOptions<WorkerOptions> options, TimeProvider clock) : IServiceLoop
{
    private const int Batch = 1000;

    private const string Ended = """
        delete from job using (
            select tenant_id, id from job where state = $2 and finished_at < clock_timestamp() - $1::interval
            limit 1000 for update skip locked) old
        where job.tenant_id = old.tenant_id and job.id = old.id
        """;

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
        var completed = await RemoveAsync("""
            with old as (
                select tenant_id, id from done where finished_at < clock_timestamp() - $1::interval order by finished_at limit 1000 for update skip locked
            ), forgotten as (
                delete from done d using old where d.tenant_id = old.tenant_id and d.id = old.id
            )
            delete from job j using old where j.tenant_id = old.tenant_id and j.id = old.id
            """, [options.Value.KeepFinished], ct);
        var cancelled = await RemoveAsync(Ended, [options.Value.KeepFinished, "cancelled"], ct);
        var dead = await RemoveAsync(Ended, [options.Value.KeepDead, "dead"], ct);
        await RemoveAsync("delete from pace where at < clock_timestamp() - interval '2 minutes'", [], ct);
        await RemoveAsync("delete from worker where seen_at < clock_timestamp() - interval '1 hour'", [], ct);
        return Math.Max(completed, Math.Max(cancelled, dead));
    }

    private async Task<int> RemoveAsync(string sql, object?[] parameters, CancellationToken ct)
    {
        await using var transaction = await database.BeginEngineAsync(ct);
        var removed = await transaction.ExecuteAsync(sql, parameters, ct);
        await transaction.CommitAsync(ct);
        return removed;
    }
}
