using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;
using Tideline.Contracts.Scheduler;
using Tideline.Platform.Events;

namespace Tideline.Scheduler.Tasks;

/// <summary>Takes down when services want to be told. A repeated name replaces what was asked for before, fired or not.</summary>
internal sealed class RecordRequests(SchedulerDb db) : IHandleMany<ScheduleRequested>
{
    private const string Sql = """
        insert into task as t (tenant_id, id, owner, name, due_at, state, traceparent)
        select $1, r.id, r.owner, r.name, r.due_at, 'pending', r.traceparent
        from unnest($2, $3, $4, $5, $6) as r (id, owner, name, due_at, traceparent)
        order by r.owner, r.name
        on conflict (tenant_id, owner, name) do update
        set due_at = excluded.due_at, state = 'pending', traceparent = excluded.traceparent, created_at = clock_timestamp(), ended_at = null
        """;

    public async Task HandleAsync(IReadOnlyList<Received<ScheduleRequested>> events, CancellationToken ct)
    {
        // The last of each name counts; one statement cannot touch a row twice.
        var last = new Dictionary<(string, string), Received<ScheduleRequested>>();
        foreach (var received in events) last[(received.Event.Owner, received.Event.Name)] = received;
        await using var command = new NpgsqlCommand(
            Sql, (NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction());
        command.Parameters.AddRange((Array)(NpgsqlParameter[])
        [
            new() { Value = db.Caller.TenantIdOrNull ?? Guid.Empty },
            new() { Value = last.Values.Select(_ => Guid.CreateVersion7()).ToArray() },
            new() { Value = last.Values.Select(r => r.Event.Owner).ToArray() },
            new() { Value = last.Values.Select(r => r.Event.Name).ToArray() },
            new() { Value = last.Values.Select(r => r.Event.DueAt.ToUniversalTime()).ToArray() },
            new() { Value = last.Values.Select(r => r.Envelope.Traceparent).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
        ]);
        await command.ExecuteNonQueryAsync(ct);
        db.DueChanged = true;
    }
}

/// <summary>Takes requests back. What has fired stays fired.</summary>
internal sealed class CancelRequests(SchedulerDb db) : IHandleMany<ScheduleCancelled>
{
    private const string Sql = """
        update task t set state = 'cancelled', ended_at = clock_timestamp()
        from (select distinct owner, name from unnest($2, $3) as r (owner, name)) r
        where t.tenant_id = $1 and t.owner = r.owner and t.name = r.name and t.state = 'pending'
        """;

    public async Task HandleAsync(IReadOnlyList<Received<ScheduleCancelled>> events, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            Sql, (NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction());
        command.Parameters.AddRange((Array)(NpgsqlParameter[])
        [
            new() { Value = db.Caller.TenantIdOrNull ?? Guid.Empty },
            new() { Value = events.Select(r => r.Event.Owner).ToArray() },
            new() { Value = events.Select(r => r.Event.Name).ToArray() },
        ]);
        await command.ExecuteNonQueryAsync(ct);
    }
}
