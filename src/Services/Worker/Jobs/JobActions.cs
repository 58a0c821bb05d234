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
    private const int MostLooks = 10;

    /// <summary>Ready again.</summary>
    public async Task RetryAsync(Guid id, CancellationToken ct)
    {
        try
        {
            var type = await ActAsync(id, """
                with again as (
                    update job set state = 'queued', run_at = clock_timestamp(), finished_at = null, progress = null, progress_text = null,
                        uncounted = case when state in ('dead', 'cancelled') then attempt else uncounted end, holds_key = unique_key is not null
                    where tenant_id = $1 and id = $2 and state in ('dead', 'cancelled', 'scheduled')
                    returning tenant_id, id, type, queue, priority, run_at, attempt
                ), readied as (
                    insert into ready (tenant_id, id, type, queue, priority, run_at, attempt) select * from again
                )
                select type from again union all select type from ready where tenant_id = $1 and id = $2
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
        // A job that waits is begun, or one that runs comes back, between two looks: then the next finds it.
        for (var look = 1; ; look++)
        {
            await using var transaction = await database.BeginAsync(caller.TenantId, ct);
            var (isDone, isNews) = await TryCancelAsync(transaction, id, ct);
            if (!isDone && (look == MostLooks || await StateAsync(transaction, id, ct) is not ("ready" or "running" or "scheduled")))
                throw await RefusalAsync(transaction, id, "The job has ended.", ct);
            await transaction.CommitAsync(ct);
            if (!isDone) continue;
            if (isNews) outbox.Raise();
            live.Changed(caller.TenantId, "jobs", id);
            return;
        }
    }

    /// <summary>Gone.</summary>
    public Task DiscardAsync(Guid id, CancellationToken ct) => ActAsync(id, """
        with finished as (
            delete from done where tenant_id = $1 and id = $2 returning id
        )
        delete from job where tenant_id = $1 and id = $2 and (state in ('dead', 'cancelled') or exists (select from finished)) returning type
        """, "Only a job that has ended can be discarded. Cancel it first.", ct);

    private async Task<(bool IsDone, bool IsNews)> TryCancelAsync(ServiceTransaction transaction, Guid id, CancellationToken ct)
    {
        if (await transaction.ExecuteAsync("""
            update lease set cancelled = case when $2 = any (cancelled) then cancelled else array_append(cancelled, $2) end
            where tenant_id = $1 and $2 = any (ids)
            """, [caller.TenantId, id], ct) > 0) return (true, false);
        var now = new List<Abandoned>();
        await using (var act = transaction.Command("""
            with waited as (
                delete from ready where tenant_id = $1 and id = $2 returning id
            )
            update job set state = 'cancelled', finished_at = clock_timestamp(), holds_key = false
            where tenant_id = $1 and id = $2 and (state = 'scheduled' or exists (select from waited)) returning type, payload
            """, caller.TenantId, id))
        await using (var reader = await act.ExecuteReaderAsync(ct))
            if (await reader.ReadAsync(ct)) now.Add(new Abandoned(caller.TenantId, id, reader.GetString(0), reader.GetString(1), "cancelled"));
        if (now.Count > 0) return (true, await GivenUp.TellAsync(transaction, now, ct));
        return (await StateAsync(transaction, id, ct) == "cancelled", false);
    }

    private async Task<string> ActAsync(Guid id, string sql, string refusal, CancellationToken ct)
    {
        await using var transaction = await database.BeginAsync(caller.TenantId, ct);
        await using var act = transaction.Command(sql, caller.TenantId, id);
        if (await act.ExecuteScalarAsync(ct) is not string type) throw await RefusalAsync(transaction, id, refusal, ct);
        await transaction.CommitAsync(ct);
        live.Changed(caller.TenantId, "jobs", id);
        return type;
    }

    private async Task<Problem> RefusalAsync(ServiceTransaction transaction, Guid id, string refusal, CancellationToken ct) =>
        await StateAsync(transaction, id, ct) is { } state ? Problem.Conflict("job_state", refusal, $"The job is {state}.") : Problem.NotFound("job");

    private async Task<string?> StateAsync(ServiceTransaction transaction, Guid id, CancellationToken ct)
    {
        await using var look = transaction.Command("select state from job_now where tenant_id = $1 and id = $2", caller.TenantId, id);
        return await look.ExecuteScalarAsync(ct) as string;
    }
}
