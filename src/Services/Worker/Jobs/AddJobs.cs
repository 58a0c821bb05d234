using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;
using Tideline.Contracts.Worker;
using Tideline.Platform.Events;
using Tideline.Platform.Realtime;

namespace Tideline.Worker.Jobs;

/// <summary>Puts requested jobs into the queue, a run of them in one statement.</summary>
internal sealed class AddJobs(WorkerDb db, ILiveUpdates live) : IHandleMany<JobRequested>
{
    // Ordered by the unique key, so that two transactions with the same keys wait for each other in one direction only.
    private const string Sql = """
        insert into job (tenant_id, id, state, queue, type, payload, priority, run_at, max_attempts, unique_key, traceparent)
        select $1, r.id, case when r.run_at > clock_timestamp() then 'scheduled' else 'ready' end,
            r.queue, r.type, r.payload, r.priority, coalesce(r.run_at, statement_timestamp()), r.max_attempts, r.unique_key, r.traceparent
        from unnest($2, $3, $4, $5, $6, $7, $8, $9, $10) with ordinality
            as r (id, queue, type, payload, priority, run_at, max_attempts, unique_key, traceparent, n)
        order by r.unique_key nulls first, r.n
        on conflict do nothing
        returning type, state
        """;

    public async Task HandleAsync(IReadOnlyList<Received<JobRequested>> events, CancellationToken ct)
    {
        var tenant = db.Caller.TenantIdOrNull ?? Guid.Empty;
        await using var command = new NpgsqlCommand(
            Sql, (NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction());
        command.Parameters.AddRange((Array)(NpgsqlParameter[])
        [
            new() { Value = tenant },
            new() { Value = Column(e => e.Event.JobId) },
            new() { Value = Column(e => e.Event.Queue) },
            new() { Value = Column(e => e.Event.Type) },
            new() { Value = Column(e => e.Event.Payload) },
            new() { Value = Column(e => (short)Math.Clamp(e.Event.Priority, 0, 9)) },
            new() { Value = Column(e => e.Event.RunAt?.ToUniversalTime()), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
            new() { Value = Column(e => Math.Max(1, e.Event.MaxAttempts)) },
            new() { Value = Column(e => e.Event.UniqueKey), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            new() { Value = Column(e => e.Envelope.Traceparent), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
        ]);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            if (reader.GetString(1) == "ready") db.BecameReady.Add(reader.GetString(0));
            else db.BecameScheduled = true;
        live.Changed(tenant, "jobs");

        T[] Column<T>(Func<Received<JobRequested>, T> value) => [.. events.Select(value)];
    }
}
