using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Npgsql;
using Tideline.Contracts.Worker;
using Tideline.Platform.Data;

namespace Tideline.Worker.Claims;

/// <summary>
/// Takes ready jobs for a runner. The attempt is counted and durable before the work begins, so that a job which kills its process counts
/// as well. Tenants take turns: each gets its share of a claim, and the next claim goes on behind the last tenant served.
/// </summary>
internal sealed class ClaimJobs(ServiceDatabase<WorkerDb> database, IOptions<WorkerOptions> options)
{
    private const int MaxRounds = 3;

    // A lane is what one tenant has ready of one type in one queue. Lanes are found by jumping through the index, however many jobs stand
    // in each; the jobs are taken from the front of each lane. The runner's row is locked so that it cannot leave in between. What is taken
    // leaves `ready` and stands in a lease in one statement; the jobs' own rows are only read.
    private const string Sql = """
        with recursive lanes as (
            (select r.tenant_id, r.queue from ready r
             where r.type = $1 and r.tenant_id >= $2
             order by r.tenant_id, r.queue limit 1)
            union all
            select next.tenant_id, next.queue from lanes l cross join lateral (
                select r.tenant_id, r.queue from ready r
                where r.type = $1 and (r.tenant_id, r.queue) > (l.tenant_id, l.queue)
                order by r.tenant_id, r.queue limit 1) next
        ), open as (
            select l.tenant_id, l.queue from lanes l
            where not exists (select from queue_setting p where p.tenant_id = l.tenant_id and p.name = l.queue and p.paused)
            limit $3
        ), me as materialized (
            select id from worker where id = $4 for key share
        ), picked as materialized (
            select mine.place
            from me cross join (select *, count(*) over () as lanes from open) o cross join lateral (
                select r.ctid as place from ready r
                where r.type = $1 and r.tenant_id = o.tenant_id and r.queue = o.queue
                order by r.priority, r.run_at, r.id
                limit ($3 + o.lanes - 1) / o.lanes
                for update skip locked) mine
            limit $3
        ), taken as (
            delete from ready r using picked p where r.ctid = p.place returning r.tenant_id, r.id, r.attempt + 1 as attempt
        ), work as materialized (
            select t.tenant_id, t.id, j.type, t.attempt, j.max_attempts + j.uncounted as most, j.payload, j.traceparent, j.queue, j.holds_key
            from taken t join job j on j.tenant_id = t.tenant_id and j.id = t.id
        ), held as (
            insert into lease (tenant_id, id, worker, until, claimed_at, queue, keyed, ids, attempts)
            select tenant_id, gen_random_uuid(), $4, clock_timestamp() + $5, clock_timestamp(), queue, holds_key, array_agg(id), array_agg(attempt)
            from work group by tenant_id, queue, holds_key
        )
        select tenant_id, id, type, attempt, most, payload, traceparent from work
        """;

    // Where the next claim of a type begins. Only a hint for fairness: each process of this service keeps its own.
    private readonly ConcurrentDictionary<string, Guid> _next = new(StringComparer.Ordinal);

    /// <summary>Takes up to the free number of each type.</summary>
    public async Task<List<ClaimedJob>> TakeAsync(Guid worker, IReadOnlyList<ClaimType> types, CancellationToken ct) =>
        (await LookAsync(worker, types, ct)).Jobs;

    /// <summary>Takes up to the free number of each type, and tells whether that was all there is of them.</summary>
    public async Task<(List<ClaimedJob> Jobs, bool IsAll)> LookAsync(Guid worker, IReadOnlyList<ClaimType> types, CancellationToken ct)
    {
        var (taken, isAll) = (new List<ClaimedJob>(), true);
        foreach (var type in types)
        {
            var (free, isEmpty) = (type.Free, false);
            for (var round = 0; round < MaxRounds && free > 0 && !isEmpty; round++)
            {
                var from = _next.GetValueOrDefault(type.Name);
                var jobs = await TakeAsync(worker, type.Name, from, free, ct);
                _next[type.Name] = jobs.Count == free ? Behind(jobs.Max(j => j.TenantId ?? Guid.Empty)) : Guid.Empty;
                isEmpty = from == Guid.Empty && NobodyHasMore(jobs, free);
                taken.AddRange(jobs);
                free -= jobs.Count;
            }
            isAll &= isEmpty;
            // What is taken is durable: rather start it than hold it while looking for more.
            if (taken.Count > 0) return (taken, isAll && types.Count == 1);
        }
        return (taken, isAll);
    }

    /// <summary>Each tenant gave less than its share, so none has more that is worth another look now.</summary>
    private static bool NobodyHasMore(List<ClaimedJob> jobs, int free)
    {
        if (jobs.Count == 0) return true;
        if (jobs.Count == free) return false;
        var shares = jobs.CountBy(j => j.TenantId ?? Guid.Empty).ToList();
        var share = (free + shares.Count - 1) / shares.Count;
        return shares.TrueForAll(s => s.Value < share);
    }

    private async Task<List<ClaimedJob>> TakeAsync(Guid worker, string type, Guid from, int free, CancellationToken ct)
    {
        await using var batch = database.CreateEngineBatch().Add(Sql,
            new NpgsqlParameter<string> { TypedValue = type }, new NpgsqlParameter<Guid> { TypedValue = from }, new NpgsqlParameter<int> { TypedValue = free },
            new NpgsqlParameter<Guid> { TypedValue = worker }, new NpgsqlParameter<TimeSpan> { TypedValue = options.Value.Lease });
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var jobs = new List<ClaimedJob>();
        while (await reader.ReadAsync(ct)) jobs.Add(Read(reader));
        return jobs;
    }

    private static ClaimedJob Read(NpgsqlDataReader row) => new()
    {
        TenantId = row.GetGuid(0) is var tenant && tenant == Guid.Empty ? null : tenant,
        Id = row.GetGuid(1),
        Type = row.GetString(2),
        Attempt = row.GetInt32(3),
        MaxAttempts = row.GetInt32(4),
        Payload = row.GetString(5),
        Traceparent = row.IsDBNull(6) ? null : row.GetString(6),
    };

    /// <summary>The id that follows in PostgreSQL's order, which is that of the bytes as they are written.</summary>
    internal static Guid Behind(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        for (var i = 15; i >= 0; i--)
            if (++bytes[i] != 0) break;
        return new Guid(bytes, bigEndian: true);
    }
}
