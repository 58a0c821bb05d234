using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NpgsqlTypes;
using Tideline.Contracts.Worker;
using Tideline.Platform.Data;
using Tideline.Platform.Events;
using Tideline.Platform.Realtime;
using Tideline.Worker.Jobs;

namespace Tideline.Worker.Claims;

/// <summary>Records how runs ended, many in one statement. A run that is not its runner's any more changes nothing.</summary>
internal sealed class EndRuns(
    ServiceDatabase<WorkerDb> database, IOptions<WorkerOptions> options, ReadyWaiters waiters, DueSignal due, ILiveUpdates live,
    [FromKeyedServices("worker")] OutboxSignal outbox)
{
    private const string Sql = """
        with ended as (
            select j.tenant_id, j.id, r.error, r.delay, r.progress, r.progress_text, r.outcome, case
                when r.outcome = 'Completed' then 'completed'
                when r.outcome = 'Cancelled' or j.cancel_requested then 'cancelled'
                when r.outcome = 'Failed' or (r.outcome = 'Retry' and j.attempt - j.uncounted >= j.max_attempts) then 'dead'
                when r.outcome = 'Returned' then 'ready'
                else 'scheduled' end as next
            from unnest($2, $3, $4, $5, $6, $7, $8, $11) as r (id, attempt, outcome, error, delay, progress, progress_text, tenant_id)
            join job j on j.tenant_id = r.tenant_id and j.id = r.id
            where j.state = 'running' and {0}
            for update of j
        )
        update job j
        set state = e.next,
            run_at = case
                when e.next <> 'scheduled' then j.run_at
                when e.outcome = 'Snoozed' then clock_timestamp() + make_interval(secs => coalesce(e.delay, 0))
                -- Jitter keeps jobs that failed together from coming back together.
                else clock_timestamp() + least($10, $9 * power(3, least(j.attempt - j.uncounted - 1, 30))) * (0.5 + random() / 2) end,
            uncounted = j.uncounted + case when e.outcome in ('Snoozed', 'Returned') then 1 else 0 end,
            error = case when e.next = 'completed' then null else coalesce(e.error, j.error) end,
            progress = case when e.next = 'completed' then 100 else coalesce(e.progress, j.progress) end,
            progress_text = coalesce(e.progress_text, j.progress_text),
            finished_at = case when e.next in ('completed', 'dead', 'cancelled') then clock_timestamp() end,
            cancel_requested = false, lease_owner = null, leased_until = null
        from ended e where j.tenant_id = e.tenant_id and j.id = e.id
        returning j.tenant_id, j.id, j.type, j.state, case when j.state in ('cancelled', 'dead') then j.payload end
        """;

    private const string Fenced = "j.lease_owner = $1 and j.attempt = r.attempt";
    private const string Unfenced = "$1 is not null";

    /// <summary>Records the ends.</summary>
    /// <returns>Those that were refused.</returns>
    public async Task<IReadOnlyList<Guid>> RecordAsync(Guid worker, IReadOnlyList<RunResult> results, CancellationToken ct)
    {
        if (results.Count == 0) return [];
        var settings = options.Value;
        var ended = new Dictionary<Guid, (Guid Tenant, string Type, string State)>();
        var abandoned = new List<Abandoned>();
        await using var transaction = await database.BeginEngineAsync(ct);
        await using (var command = transaction.Command(Sql.Replace("{0}", settings.WithoutFencing ? Unfenced : Fenced, StringComparison.Ordinal), worker))
        {
            command.Parameters.AddRange((Array)(Npgsql.NpgsqlParameter[])
            [
                new() { Value = results.Select(r => r.Id).ToArray() },
                new() { Value = results.Select(r => r.Attempt).ToArray() },
                new() { Value = results.Select(r => r.Outcome.ToString()).ToArray() },
                new() { Value = results.Select(r => Texts.Fit(r.Error, Texts.MaxError)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new() { Value = results.Select(r => r.DelaySeconds).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Double },
                new() { Value = results.Select(r => Texts.Percent(r.Progress)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Double },
                new() { Value = results.Select(r => Texts.Fit(r.ProgressText, Texts.MaxLine)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new() { Value = settings.RetryFrom },
                new() { Value = settings.RetryUpTo },
                new() { Value = results.Select(r => r.TenantId ?? Guid.Empty).ToArray() },
            ]);
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                ended[reader.GetGuid(1)] = (reader.GetGuid(0), reader.GetString(2), reader.GetString(3));
                if (!reader.IsDBNull(4)) abandoned.Add(new(reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(4), reader.GetString(3)));
            }
        }
        await RunLog.WriteAsync(transaction, results.Where(r => ended.ContainsKey(r.Id)).SelectMany(r => Lines(r, ended[r.Id].Tenant)), ct);
        var isNews = await GivenUp.TellAsync(transaction, abandoned, ct);
        await transaction.CommitAsync(ct);
        if (isNews) outbox.Raise();
        foreach (var (id, (tenant, type, state)) in ended)
        {
            if (state == "ready") waiters.Raise(type);
            if (state == "scheduled") due.Raise();
            live.Changed(tenant, "jobs", id);
        }
        return [.. results.Where(r => !ended.ContainsKey(r.Id)).Select(r => r.Id)];
    }

    private static IEnumerable<RunLog.Line> Lines(RunResult result, Guid tenant)
    {
        foreach (var line in result.Log ?? []) yield return new RunLog.Line(tenant, result.Id, result.Attempt, line.At, line.Text);
        if (result.Error is { } error) yield return new RunLog.Line(tenant, result.Id, result.Attempt, null, error);
    }
}
