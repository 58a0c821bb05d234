using Tideline.Platform.Data;
using Tideline.Platform.Hosting;

namespace Tideline.Scheduler;

/// <summary>Removes tasks that ended a week ago and history of a month, in small batches.</summary>
internal sealed class ForgetOld(ServiceDatabase<SchedulerDb> database, TimeProvider clock) : IServiceLoop
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

    internal async Task<int> TurnAsync(CancellationToken ct) => Math.Max(
        await RemoveAsync("task", "ended_at < clock_timestamp() - interval '7 days'", ct),
        await RemoveAsync("schedule_execution", "fired_at < clock_timestamp() - interval '30 days'", ct));

    private async Task<int> RemoveAsync(string table, string old, CancellationToken ct)
    {
        await using var transaction = await database.BeginSystemAsync(ct);
        var removed = await transaction.ExecuteAsync($"""
            delete from {table} t using (select tenant_id, id from {table} where {old} limit {Batch} for update skip locked) o
            where t.tenant_id = o.tenant_id and t.id = o.id
            """, [], ct);
        await transaction.CommitAsync(ct);
        return removed;
    }
}
