using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tideline.Platform.Data;
using Tideline.Platform.Events;
using Tideline.Platform.Hosting;

namespace Tideline.Worker.Claims;

/// <summary>
/// Takes jobs from runners that gave no sign of life for the length of a lease, whatever the job's own length. The attempt stays counted: a
/// job that kills its process ends among the dead, too. The database's clock judges, so no process's clock matters.
/// </summary>
internal sealed class RescueLost(
    ServiceDatabase<WorkerDb> database, SettleRuns settle, IOptions<WorkerOptions> options, TimeProvider clock,
    ILogger<RescueLost> logger, [FromKeyedServices("worker")] OutboxSignal outbox) : IServiceLoop
{
    private const string Reason = "The process that ran it gave no sign of life for the length of its lease.";

    // Leases are few: they are looked through without an index, which every heartbeat would have to keep up to date.
    private const string Sql = """
        delete from lease l using (
            select ctid from lease where until < clock_timestamp() order by until limit 20 for update skip locked) lost
        where l.ctid = lost.ctid returning l.tenant_id, l.ids, l.attempts, l.claimed_at, l.cancelled
        """;

    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        while (true)
        {
            health.Beat();
            if (await TurnAsync(ct) == 0) await Task.Delay(options.Value.RescueEvery, clock, ct);
        }
    }

    /// <summary>Rescues some of what is lost now.</summary>
    internal async Task<int> TurnAsync(CancellationToken ct)
    {
        await using var transaction = await database.BeginEngineAsync(ct);
        var lost = await TakenRuns.TakeLeasesAsync(transaction, Sql, null, ct);
        var (jobs, isNews) = await settle.SettleAsync(transaction, [.. lost.Select(run => new EndedRun(run, EndedRun.Lost) { Error = Reason })], ct);
        await transaction.CommitAsync(ct);
        if (isNews) outbox.Raise();
        settle.Tell(jobs);
        if (lost.Count > 0) logger.LogWarning("{Count} jobs were taken from runners that gave no sign of life", lost.Count);
        return lost.Count;
    }
}
