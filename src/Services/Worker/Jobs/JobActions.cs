using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Tideline.Platform.Api;
using Tideline.Platform.Data;
using Tideline.Platform.Events;
using Tideline.Platform.Realtime;
using Tideline.Platform.Security;
using Tideline.Worker.Claims;

namespace Tideline.Worker.Jobs;

/// <summary>What people do to single jobs. Each is one conditional statement, so a claim or a result at the same moment cannot be overrun.</summary>
internal sealed class JobActions(ServiceDatabase<WorkerDb> database, ReadyWaiters waiters, ILiveUpdates live, Caller caller,
    [FromKeyedServices("worker")] OutboxSignal outbox)
{
    /// <summary>Ready again.</summary>
    public async Task RetryAsync(Guid id, CancellationToken ct)
    {
        try
        {
            var type = await ActAsync(id, """
                update job set state = 'ready', run_at = case when state = 'ready' then run_at else clock_timestamp() end, finished_at = null,
                    progress = null, progress_text = null,
                    uncounted = case when state in ('dead', 'cancelled') then attempt else uncounted end
                where tenant_id = $1 and id = $2 and state in ('dead', 'cancelled', 'scheduled', 'ready') returning type
                """, "Only a job that is dead, cancelled or waits can be run again.", ct);
            waiters.Raise(type);
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "job_unique" })
        {
            throw Problem.Conflict("job_unique", "Another job with the same unique key waits or runs.", "Wait for that one, or cancel it.");
        }
    }

    /// <summary>Cancelled at once, or asked to stop when it runs. Cancelling twice is no mistake.</summary>
    public async Task CancelAsync(Guid id, CancellationToken ct)
    {
        await using var transaction = await database.BeginAsync(caller.TenantId, ct);
        var now = new List<Abandoned>();
        await using (var act = transaction.Command("""
            with was as (select state from job where tenant_id = $1 and id = $2 for update)
            update job j set cancel_requested = was.state = 'running', state = case when was.state = 'running' then was.state else 'cancelled' end,
                finished_at = case when was.state = 'running' then null else coalesce(j.finished_at, clock_timestamp()) end
            from was where j.tenant_id = $1 and j.id = $2 and was.state in ('ready', 'scheduled', 'running', 'cancelled')
            returning j.type, j.payload, was.state in ('ready', 'scheduled')
            """, caller.TenantId, id))
        {
            await using var reader = await act.ExecuteReaderAsync(ct);
            if (!await reader.ReadAsync(ct))
            {
                await reader.DisposeAsync();
                throw await RefusalAsync(transaction, id, "The job has ended.", ct);
            }
            if (reader.GetBoolean(2)) now.Add(new Abandoned(caller.TenantId, id, reader.GetString(0), reader.GetString(1), "cancelled"));
        }
        var isNews = await GivenUp.TellAsync(transaction, now, ct);
        await transaction.CommitAsync(ct);
        if (isNews) outbox.Raise();
        live.Changed(caller.TenantId, "jobs", id);
    }

    /// <summary>Gone.</summary>
    public Task DiscardAsync(Guid id, CancellationToken ct) => ActAsync(id, """
        delete from job where tenant_id = $1 and id = $2 and state in ('dead', 'cancelled', 'completed') returning type
        """, "Only a job that has ended can be discarded. Cancel it first.", ct);

    private async Task<string> ActAsync(Guid id, string sql, string refusal, CancellationToken ct)
    {
        await using var transaction = await database.BeginAsync(caller.TenantId, ct);
        await using var act = transaction.Command(sql, caller.TenantId, id);
        if (await act.ExecuteScalarAsync(ct) is not string type) throw await RefusalAsync(transaction, id, refusal, ct);
        await transaction.CommitAsync(ct);
        live.Changed(caller.TenantId, "jobs", id);
        return type;
    }

    private async Task<Problem> RefusalAsync(ServiceTransaction transaction, Guid id, string refusal, CancellationToken ct)
    {
        await using var look = transaction.Command("select state from job where tenant_id = $1 and id = $2", caller.TenantId, id);
        return await look.ExecuteScalarAsync(ct) is string state ? Problem.Conflict("job_state", refusal, $"The job is {state}.") : Problem.NotFound("job");
    }
}
