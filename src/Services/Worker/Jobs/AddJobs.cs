using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Tideline.Contracts.Worker;
using Tideline.Platform.Events;
using Tideline.Platform.Realtime;

namespace Tideline.Worker.Jobs;

/// <summary>Puts requested jobs into the queue, a run of them in one statement.</summary>
internal sealed class AddJobs(WorkerDb db, ILiveUpdates live) : IHandleMany<JobRequested>
{
    public async Task HandleAsync(IReadOnlyList<Received<JobRequested>> events, CancellationToken ct)
    {
        var tenant = db.Caller.TenantIdOrNull;
        await using var command = new NpgsqlCommand(
            JobRows.Sql, (NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction());
        NewJob[] jobs = [.. events.Select(e => new NewJob
        {
            TenantId = tenant,
            Id = e.Event.JobId,
            Type = e.Event.Type,
            Queue = e.Event.Queue,
            MaxAttempts = e.Event.MaxAttempts,
            Payload = e.Event.Payload,
            RunAt = e.Event.RunAt,
            Priority = e.Event.Priority,
            UniqueKey = e.Event.UniqueKey,
            Traceparent = e.Envelope.Traceparent,
        })];
        command.Parameters.AddRange(JobRows.Parameters(jobs));
        await using var reader = await command.ExecuteReaderAsync(ct);
        var added = await JobRows.ReadAsync(reader, ct);
        db.BecameReady.UnionWith(added.Ready);
        db.BecameScheduled |= added.IsScheduled;
        live.Changed(tenant ?? Guid.Empty, "jobs");
    }
}
