using Npgsql;
using NpgsqlTypes;
using Tideline.Contracts.Worker;

namespace Tideline.Worker.Jobs;

/// <summary>Puts jobs into the queue, any number in one statement.</summary>
internal static class JobRows
{
    // Ordered by the unique key, so that two transactions with the same keys wait for each other in one direction only.
    public const string Sql = """
        with added as (
            insert into job (tenant_id, id, state, queue, type, payload, priority, run_at, max_attempts, unique_key, holds_key, traceparent)
            select r.tenant_id, r.id, case when r.run_at > clock_timestamp() then 'scheduled' else 'queued' end,
                r.queue, r.type, r.payload, r.priority, coalesce(r.run_at, statement_timestamp()), r.max_attempts, r.unique_key, r.unique_key is not null, r.traceparent
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) with ordinality
                as r (tenant_id, id, queue, type, payload, priority, run_at, max_attempts, unique_key, traceparent, n)
            order by r.unique_key nulls first, r.n
            on conflict do nothing
            returning tenant_id, id, type, queue, priority, run_at, state, holds_key
        ), readied as (
            insert into ready (tenant_id, id, type, queue, priority, run_at, attempt)
            select tenant_id, id, type, queue, priority, run_at, 0 from added where state = 'queued'
        )
        select type, state = 'scheduled', array_agg(id) filter (where holds_key) from added group by 1, 2
        """;

    /// <summary>The parameters of <see cref="Sql"/>.</summary>
    public static NpgsqlParameter[] Parameters(IReadOnlyList<NewJob> jobs)
    {
        var n = jobs.Count;
        var (tenants, ids, queues, types, payloads) = (new Guid[n], new Guid[n], new string[n], new string[n], new string[n]);
        var (priorities, runAts, attempts, keys, traces) = (new short[n], new DateTime?[n], new int[n], new string?[n], new string?[n]);
        for (var i = 0; i < n; i++)
        {
            var job = jobs[i];
            (tenants[i], ids[i], queues[i], types[i], payloads[i]) = (job.TenantId ?? Guid.Empty, job.Id, job.Queue, job.Type, job.Payload);
            (priorities[i], runAts[i], attempts[i]) = ((short)Math.Clamp(job.Priority, 0, 9), job.RunAt?.UtcDateTime, Math.Max(1, job.MaxAttempts));
            (keys[i], traces[i]) = (job.UniqueKey, job.Traceparent);
        }
        return
        [
            Of(tenants, NpgsqlDbType.Uuid), Of(ids, NpgsqlDbType.Uuid), Of(queues, NpgsqlDbType.Text), Of(types, NpgsqlDbType.Text), Of(payloads, NpgsqlDbType.Text),
            Of(priorities, NpgsqlDbType.Smallint), Of(runAts, NpgsqlDbType.TimestampTz), Of(attempts, NpgsqlDbType.Integer), Of(keys, NpgsqlDbType.Text), Of(traces, NpgsqlDbType.Text),
        ];
    }

    /// <summary>Reads what the statement says: types that became ready, whether there is something for later, and which jobs with unique keys came in.</summary>
    public static async Task<Added> ReadAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        var added = new Added();
        while (await reader.ReadAsync(ct))
        {
            if (reader.GetBoolean(1)) added.IsScheduled = true;
            else added.Ready.Add(reader.GetString(0));
            if (!reader.IsDBNull(2)) added.Keyed.UnionWith(reader.GetFieldValue<Guid[]>(2));
        }
        return added;
    }

    private static NpgsqlParameter<T[]> Of<T>(T[] column, NpgsqlDbType type) => new() { TypedValue = column, NpgsqlDbType = NpgsqlDbType.Array | type };
}

/// <summary>What has come into the queue.</summary>
internal sealed class Added
{
    public HashSet<string> Ready { get; } = new(StringComparer.Ordinal);

    public bool IsScheduled { get; set; }

    public HashSet<Guid> Keyed { get; } = [];
}
