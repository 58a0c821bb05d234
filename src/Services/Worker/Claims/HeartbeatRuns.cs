using Microsoft.Extensions.Options;
using NpgsqlTypes;
using Tideline.Contracts.Worker;
using Tideline.Platform.Data;
using Tideline.Platform.Realtime;

namespace Tideline.Worker.Claims;

/// <summary>Renews a runner's leases, takes down progress, and tells it what became of its runs.</summary>
internal sealed class HeartbeatRuns(ServiceDatabase<WorkerDb> database, IOptions<WorkerOptions> options, ILiveUpdates live)
{
    private const string Alive = """
        insert into worker (id, service, host, types) values ($1, $2, $3, $4)
        on conflict (id) do update set seen_at = clock_timestamp(), types = excluded.types
        """;

    private const string Progress = """
        update job j
        set attempt = r.attempt,
            progress = coalesce(r.progress, case when j.attempt = r.attempt then j.progress end),
            progress_text = coalesce(r.progress_text, case when j.attempt = r.attempt then j.progress_text end)
        from unnest($1, $2, $3, $4, $5) as r (tenant_id, id, attempt, progress, progress_text)
        where j.tenant_id = r.tenant_id and j.id = r.id
        """;

    public async Task<HeartbeatAnswer> BeatAsync(string service, HeartbeatRequest request, CancellationToken ct)
    {
        await using var transaction = await database.BeginEngineAsync(ct);
        await transaction.ExecuteAsync(Alive, [request.WorkerId, service, Texts.Fit(request.Host, 200), request.Types.ToArray()], ct);
        var (held, cancelled) = request.Jobs.Count == 0 ? ([], []) : await RenewAsync(transaction, request, ct);
        var told = request.Jobs.Where(j => held.Contains(j.Id) && (j.Progress is not null || j.ProgressText is not null)).ToList();
        if (told.Count > 0) await WriteProgressAsync(transaction, told, ct);
        await RunLog.WriteAsync(transaction, Lines(request, held), ct);
        await transaction.CommitAsync(ct);
        foreach (var job in told) live.Changed(job.TenantId ?? Guid.Empty, "jobs", job.Id);
        return new HeartbeatAnswer([.. request.Jobs.Where(j => !held.Contains(j.Id)).Select(j => j.Id)], cancelled);
    }

    /// <summary>
    /// Renews the leases of the runs that the runner tells of. A run of such a lease that it does not tell of is not its any more, whatever
    /// the reason: it goes into a lease of its own that runs out, instead of being kept alive by its neighbours.
    /// </summary>
    private async Task<(HashSet<Guid> Held, List<Guid> Cancelled)> RenewAsync(ServiceTransaction transaction, HeartbeatRequest request, CancellationToken ct)
    {
        var told = request.Jobs.Select(j => (j.TenantId ?? Guid.Empty, j.Id, j.Attempt)).ToHashSet();
        var (held, cancelled) = (new HashSet<Guid>(), new List<Guid>());
        List<Guid> tenants = [], renewed = [];
        List<(Guid Tenant, Guid Lease, Guid[] Ids, int[] Attempts)> parted = [];
        await using (var command = transaction.Command(
            "select tenant_id, id, ids, attempts, cancelled from lease where worker = $1 order by tenant_id, id for update", request.WorkerId))
        await using (var reader = await command.ExecuteReaderAsync(ct))
            while (await reader.ReadAsync(ct))
            {
                var (tenant, ids, attempts) = (reader.GetGuid(0), reader.GetFieldValue<Guid[]>(2), reader.GetFieldValue<int[]>(3));
                var mine = Enumerable.Range(0, ids.Length).Where(i => told.Contains((tenant, ids[i], attempts[i]))).ToList();
                if (mine.Count == 0) continue;
                foreach (var i in mine) held.Add(ids[i]);
                cancelled.AddRange(reader.GetFieldValue<Guid[]>(4).Where(held.Contains));
                tenants.Add(tenant);
                renewed.Add(reader.GetGuid(1));
                if (mine.Count < ids.Length) parted.Add((tenant, reader.GetGuid(1), [.. mine.Select(i => ids[i])], [.. mine.Select(i => attempts[i])]));
            }
        foreach (var part in parted) await PartAsync(transaction, part.Tenant, part.Lease, part.Ids, part.Attempts, ct);
        if (renewed.Count > 0)
            await transaction.ExecuteAsync("""
                update lease l set until = clock_timestamp() + $3 from unnest($1, $2) as r (tenant_id, id) where l.tenant_id = r.tenant_id and l.id = r.id
                """, [tenants.ToArray(), renewed.ToArray(), options.Value.Lease], ct);
        return (held, cancelled);
    }

    private static async Task PartAsync(ServiceTransaction transaction, Guid tenant, Guid lease, Guid[] ids, int[] attempts, CancellationToken ct)
    {
        await transaction.ExecuteAsync("""
            insert into lease (tenant_id, id, worker, until, claimed_at, queue, keyed, ids, attempts, cancelled)
            select l.tenant_id, gen_random_uuid(), l.worker, l.until, l.claimed_at, l.queue, l.keyed, array_agg(u.id), array_agg(u.attempt), l.cancelled
            from lease l cross join lateral unnest(l.ids, l.attempts) as u (id, attempt)
            where l.tenant_id = $1 and l.id = $2 and not u.id = any ($3) group by l.tenant_id, l.id
            """, [tenant, lease, ids], ct);
        await transaction.ExecuteAsync("update lease set ids = $3, attempts = $4 where tenant_id = $1 and id = $2", [tenant, lease, ids, attempts], ct);
    }

    private static async Task WriteProgressAsync(ServiceTransaction transaction, List<HeldJob> told, CancellationToken ct)
    {
        await using var command = transaction.Command(
            Progress, told.Select(j => j.TenantId ?? Guid.Empty).ToArray(), told.Select(j => j.Id).ToArray(), told.Select(j => j.Attempt).ToArray());
        command.Parameters.Add(new() { Value = told.Select(j => Texts.Percent(j.Progress)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Double });
        command.Parameters.Add(new() { Value = told.Select(j => Texts.Fit(j.ProgressText, Texts.MaxLine)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync(ct);
    }

    private static IEnumerable<RunLog.Line> Lines(HeartbeatRequest request, HashSet<Guid> held) =>
        from job in request.Jobs
        where held.Contains(job.Id)
        from line in job.Log ?? []
        select new RunLog.Line(job.TenantId ?? Guid.Empty, job.Id, job.Attempt, line.At, line.Text);
}
