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
    // in each; the jobs are taken from the front of each lane. The runner's row is locked so that it cannot leave in between.
    private const string Sql = """
        with recursive lanes as (
            (select j.tenant_id, j.queue from job j
             where j.state = 'ready' and j.type = $1 and j.tenant_id >= $2
             order by j.tenant_id, j.queue limit 1)
            union all
            select next.tenant_id, next.queue from lanes l cross join lateral (
                select j.tenant_id, j.queue from job j
                where j.state = 'ready' and j.type = $1 and (j.tenant_id, j.queue) > (l.tenant_id, l.queue)
                order by j.tenant_id, j.queue limit 1) next
        ), open as (
            select l.tenant_id, l.queue from lanes l
            where not exists (select from queue_setting p where p.tenant_id = l.tenant_id and p.name = l.queue and p.paused)
            limit $3
        ), me as materialized (
            select id from worker where id = $4 for key share
        ), picked as (
            select mine.tenant_id, mine.id
            from me cross join (select *, count(*) over () as lanes from open) o cross join lateral (
                select j.tenant_id, j.id from job j
                where j.state = 'ready' and j.type = $1 and j.tenant_id = o.tenant_id and j.queue = o.queue
                order by j.priority, j.run_at, j.id
                limit ($3 + o.lanes - 1) / o.lanes
                for update skip locked) mine
            limit $3
        )
        update job j
        set state = 'running', attempt = j.attempt + 1, lease_owner = $4, leased_until = clock_timestamp() + $5, started_at = clock_timestamp(),
            progress = null, progress_text = null
        from picked where j.tenant_id = picked.tenant_id and j.id = picked.id
        returning j.tenant_id, j.id, j.type, j.attempt, j.max_attempts + j.uncounted, j.payload, j.traceparent
        """;

    // Where the next claim of a type begins. Only a hint for fairness: each process of this service keeps its own.
    private readonly ConcurrentDictionary<string, Guid> _next = new(StringComparer.Ordinal);

    /// <summary>Takes up to the free number of each type.</summary>
    public async Task<List<ClaimedJob>> TakeAsync(Guid worker, IReadOnlyList<ClaimType> types, CancellationToken ct)
    {
        var taken = new List<ClaimedJob>();
        await using var transaction = await database.BeginSystemAsync(ct);
        foreach (var type in types)
        {
            var free = type.Free;
            for (var round = 0; round < MaxRounds && free > 0; round++)
            {
                var from = _next.GetValueOrDefault(type.Name);
                var jobs = await TakeAsync(transaction, worker, type.Name, from, free, ct);
                _next[type.Name] = jobs.Count == free ? Behind(jobs.Max(j => j.TenantId ?? Guid.Empty)) : Guid.Empty;
                taken.AddRange(jobs);
                free -= jobs.Count;
                // Nothing from the first tenant on: there is nothing.
                if (jobs.Count == 0 && from == Guid.Empty) break;
            }
        }
        await transaction.CommitAsync(ct);
        return taken;
    }

    private async Task<List<ClaimedJob>> TakeAsync(ServiceTransaction transaction, Guid worker, string type, Guid from, int free, CancellationToken ct)
    {
        await using var command = transaction.Command(Sql, type, from, free, worker, options.Value.Lease);
        await using var reader = await command.ExecuteReaderAsync(ct);
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
