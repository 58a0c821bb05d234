using Npgsql;
using NpgsqlTypes;
using Microsoft.Extensions.Options;
using Tideline.Contracts.Worker;
using Tideline.Platform.Data;
using Tideline.Platform.Realtime;
using Tideline.Worker.Jobs;

namespace Tideline.Worker.Claims;

/// <summary>How a taken run ended.</summary>
/// <param name="Run">The run.</param>
/// <param name="Outcome">Name of a <see cref="RunOutcome"/>, or <see cref="Lost"/>.</param>
internal sealed record EndedRun(TakenRun Run, string Outcome)
{
    /// <summary>Its runner gave no sign of life: the attempt stays counted.</summary>
    public const string Lost = "Lost";

    public string? Error { get; init; }
    public double? Delay { get; init; }
    public double? Progress { get; init; }
    public string? ProgressText { get; init; }
    public IReadOnlyList<LogLine>? Log { get; init; }
}

/// <summary>A job after a run: <c>completed</c>, <c>ready</c>, <c>scheduled</c>, <c>cancelled</c> or <c>dead</c>.</summary>
internal readonly record struct SettledJob(Guid Tenant, Guid Id, string Type, string Next);

/// <summary>Decides what becomes of jobs whose runs ended in any way, and writes it down: the one place that knows the rules.</summary>
internal sealed class SettleRuns(IOptions<WorkerOptions> options, ReadyWaiters waiters, DueSignal due, ILiveUpdates live)
{
    private const string Sql = """
        with ended as (
            select r.*, case
                when r.outcome = 'Completed' then 'completed'
                when r.outcome = 'Cancelled' or r.cancelled then 'cancelled'
                when r.outcome = 'Failed' or (r.outcome in ('Retry', 'Lost') and r.attempt - j.uncounted >= j.max_attempts) then 'dead'
                when r.outcome in ('Returned', 'Lost') then 'ready'
                else 'scheduled' end as next
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                as r (tenant_id, id, attempt, claimed_at, cancelled, outcome, error, delay, progress, progress_text)
            join job j on j.tenant_id = r.tenant_id and j.id = r.id
            for update of j
        ), changed as (
            update job j
            set state = case when e.next in ('completed', 'ready') then 'queued' else e.next end,
                run_at = case
                    when e.next <> 'scheduled' then j.run_at
                    when e.outcome = 'Snoozed' then clock_timestamp() + make_interval(secs => coalesce(e.delay, 0))
                    -- Jitter keeps jobs that failed together from coming back together.
                    else clock_timestamp() + least($12, $11 * power(3, least(e.attempt - j.uncounted - 1, 30))) * (0.5 + random() / 2) end,
                attempt = e.attempt,
                uncounted = j.uncounted + case when e.outcome in ('Snoozed', 'Returned') then 1 else 0 end,
                error = coalesce(e.error, j.error),
                -- What an earlier run told is no part of this one's end.
                progress = coalesce(e.progress, case when j.attempt = e.attempt then j.progress end),
                progress_text = coalesce(e.progress_text, case when j.attempt = e.attempt then j.progress_text end),
                started_at = e.claimed_at,
                finished_at = case when e.next in ('dead', 'cancelled') then clock_timestamp() end,
                holds_key = j.holds_key and e.next in ('ready', 'scheduled')
            from ended e where j.tenant_id = e.tenant_id and j.id = e.id
            returning j.tenant_id, j.id, j.type, j.queue, j.priority, j.run_at, j.attempt, e.claimed_at, e.next, j.payload
        ), again as (
            insert into ready (tenant_id, id, type, queue, priority, run_at, attempt)
            select tenant_id, id, type, queue, priority, run_at, attempt from changed where next = 'ready'
        ), finished as (
            insert into done (tenant_id, id, attempt, started_at, finished_at)
            select tenant_id, id, attempt, claimed_at, clock_timestamp() from changed where next = 'completed'
        ), counted as (
            insert into pace (queue, jobs) select queue, count(*) from changed where next = 'completed' group by queue
        )
        select tenant_id, id, type, next, case when next in ('cancelled', 'dead') then payload end from changed
        """;

    /// <summary>Writes ends down in a transaction with the settings of engines, the news about jobs that are given up included.</summary>
    /// <returns>The jobs as they are now, and whether there is news for the relay; both to be told once the transaction is committed.</returns>
    public async Task<(List<SettledJob> Jobs, bool IsNews)> SettleAsync(ServiceTransaction transaction, IReadOnlyList<EndedRun> ended, CancellationToken ct)
    {
        var settled = new List<SettledJob>(ended.Count);
        if (ended.Count == 0) return (settled, false);
        var abandoned = new List<Abandoned>();
        await using (var command = transaction.Command(Sql))
        {
            command.Parameters.AddRange((Array)(NpgsqlParameter[])
            [
                Column(ended, e => e.Run.Tenant), Column(ended, e => e.Run.Id), Column(ended, e => e.Run.Attempt), Column(ended, e => e.Run.ClaimedAt),
                Column(ended, e => e.Run.Cancelled), Column(ended, e => e.Outcome),
                Column(ended, e => Texts.Fit(e.Error, Texts.MaxError), NpgsqlDbType.Text), Column(ended, e => e.Delay, NpgsqlDbType.Double),
                Column(ended, e => Texts.Percent(e.Progress), NpgsqlDbType.Double), Column(ended, e => Texts.Fit(e.ProgressText, Texts.MaxLine), NpgsqlDbType.Text),
                new() { Value = options.Value.RetryFrom }, new() { Value = options.Value.RetryUpTo },
            ]);
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                var job = new SettledJob(reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3));
                settled.Add(job);
                if (!reader.IsDBNull(4)) abandoned.Add(new(job.Tenant, job.Id, job.Type, reader.GetString(4), job.Next));
            }
        }
        await RunLog.WriteAsync(transaction, ended.SelectMany(Lines), ct);
        return (settled, await GivenUp.TellAsync(transaction, abandoned, ct));
    }

    /// <summary>Wakes who waits for what has changed. Called after the commit.</summary>
    public void Tell(IReadOnlyList<SettledJob> settled)
    {
        foreach (var type in settled.Where(s => s.Next == "ready").Select(s => s.Type).Distinct()) waiters.Raise(type);
        if (settled.Any(s => s.Next == "scheduled")) due.Raise();
        foreach (var job in settled) live.Changed(job.Tenant, "jobs", job.Id);
    }

    private static IEnumerable<RunLog.Line> Lines(EndedRun ended)
    {
        foreach (var line in ended.Log ?? []) yield return new RunLog.Line(ended.Run.Tenant, ended.Run.Id, ended.Run.Attempt, line.At, line.Text);
        if (ended.Error is { } error) yield return new RunLog.Line(ended.Run.Tenant, ended.Run.Id, ended.Run.Attempt, null, error);
    }

    private static NpgsqlParameter Column<T>(IReadOnlyList<EndedRun> ended, Func<EndedRun, T> value) => new() { Value = ended.Select(value).ToArray() };

    private static NpgsqlParameter Column<T>(IReadOnlyList<EndedRun> ended, Func<EndedRun, T> value, NpgsqlDbType type) =>
        new() { Value = ended.Select(value).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };
}
