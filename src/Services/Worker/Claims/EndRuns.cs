using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Tideline.Contracts.Worker;
using Tideline.Platform.Data;
using Tideline.Platform.Events;
using Tideline.Platform.Realtime;

namespace Tideline.Worker.Claims;

/// <summary>
/// Records how runs ended. Successes with nothing to tell, which are nearly all, in one statement and one round trip that does not touch the
/// jobs' rows; the others by the rules. A run that is not its runner's any more changes nothing.
/// </summary>
internal sealed class EndRuns(
    ServiceDatabase<WorkerDb> database, IOptions<WorkerOptions> options, SettleRuns settle, ILiveUpdates live, [FromKeyedServices("worker")] OutboxSignal outbox)
{
    /// <summary>So many at a time go by the rules: with these, a statement's plan cannot hash.</summary>
    private const int MostByRules = 200;

    private static readonly string Plain = TakenRuns.ForPlain("""
        , noted as (
            insert into done (tenant_id, id, attempt, started_at, finished_at) select tenant_id, id, attempt, claimed_at, statement_timestamp() from taken
        ), counted as (
            insert into pace (queue, jobs) select queue, count(*) from taken group by queue
        )
        select id from given except all select id from taken
        """);

    /// <summary>Records the ends.</summary>
    /// <returns>Those that were refused.</returns>
    public async Task<IReadOnlyList<Guid>> RecordAsync(Guid worker, IReadOnlyList<RunResult> results, CancellationToken ct)
    {
        var plain = options.Value.WithoutFencing ? [] : results.Where(IsPlain).ToList();
        var others = plain.Count == results.Count ? [] : results.Where(r => !IsPlain(r) || options.Value.WithoutFencing).ToList();
        if (plain.Count > 0)
        {
            // Those of jobs with unique keys are left: their keys are to be set free.
            var left = await CompleteAsync(worker, plain, ct);
            if (left.Count > 0) others.AddRange(plain.Where(r => left.Contains(r.Id)));
        }
        var refused = new List<Guid>();
        foreach (var some in others.Chunk(MostByRules)) refused.AddRange(await ByRulesAsync(worker, some, ct));
        return refused;
    }

    private static bool IsPlain(RunResult result) =>
        result is { Outcome: RunOutcome.Completed, Error: null, Progress: null, ProgressText: null, Log: null or { Count: 0 } };

    private async Task<HashSet<Guid>> CompleteAsync(Guid worker, List<RunResult> results, CancellationToken ct)
    {
        var left = new HashSet<Guid>();
        await using (var batch = database.CreateHashingBatch().Add(Plain, TakenRuns.Parameters(worker, results)))
        await using (var reader = await batch.ExecuteReaderAsync(ct))
            while (await reader.ReadAsync(ct)) left.Add(reader.GetGuid(0));
        foreach (var tenant in results.Where(r => !left.Contains(r.Id)).GroupBy(r => r.TenantId ?? Guid.Empty))
            live.Changed(tenant.Key, "jobs", tenant.Skip(1).Any() ? null : tenant.First().Id);
        return left;
    }

    private async Task<IEnumerable<Guid>> ByRulesAsync(Guid worker, RunResult[] results, CancellationToken ct)
    {
        await using var transaction = await database.BeginSystemAsync(ct);
        var taken = (await TakenRuns.TakeAsync(transaction, worker, results, options.Value.WithoutFencing, ct)).ToDictionary(t => t.Id);
        await transaction.UseEnginePlansAsync(ct);
        var ended = results.Where(r => taken.ContainsKey(r.Id)).DistinctBy(r => r.Id).Select(r => new EndedRun(taken[r.Id], r.Outcome.ToString())
        {
            Error = r.Error,
            Delay = r.DelaySeconds,
            Progress = r.Progress,
            ProgressText = r.ProgressText,
            Log = r.Log,
        }).ToList();
        var (jobs, isNews) = await settle.SettleAsync(transaction, ended, ct);
        await transaction.CommitAsync(ct);
        if (isNews) outbox.Raise();
        settle.Tell(jobs);
        return results.Where(r => !taken.ContainsKey(r.Id)).Select(r => r.Id);
    }
}
