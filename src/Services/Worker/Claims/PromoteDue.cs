using Microsoft.Extensions.Options;
using Tideline.Platform.Data;
using Tideline.Platform.Hosting;
using Tideline.Platform.Realtime;

namespace Tideline.Worker.Claims;

/// <summary>
/// Makes scheduled jobs ready when the database's clock says that their time has come, and notices for waiting claims what other processes
/// have put into the queue. Sleeps until the next one is due; any number of processes may do it at once.
/// </summary>
internal sealed class PromoteDue(
    ServiceDatabase<WorkerDb> database, ReadyWaiters waiters, DueSignal due, ILiveUpdates live, IOptions<WorkerOptions> options) : IServiceLoop
{
    private const int Batch = 1000;

    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        while (true)
        {
            health.Beat();
            var pause = await TurnAsync(ct);
            if (pause > TimeSpan.Zero) await due.WaitAsync(pause, ct);
        }
    }

    /// <summary>Promotes what is due.</summary>
    /// <returns>How long nothing more will be.</returns>
    internal async Task<TimeSpan> TurnAsync(CancellationToken ct)
    {
        var ready = new HashSet<string>(StringComparer.Ordinal);
        var tenants = new HashSet<Guid>();
        var promoted = 0;
        double? next = null;
        await using (var transaction = await database.BeginEngineAsync(ct))
        {
            await using (var command = transaction.Command($"""
                with due as (
                    select tenant_id, id from job where state = 'scheduled' and run_at <= clock_timestamp()
                    order by run_at limit {Batch} for update skip locked
                ), promoted as (
                    update job j set state = 'queued' from due where j.tenant_id = due.tenant_id and j.id = due.id
                    returning j.tenant_id, j.id, j.type, j.queue, j.priority, j.run_at, j.attempt
                ), readied as (
                    insert into ready (tenant_id, id, type, queue, priority, run_at, attempt)
                    select tenant_id, id, type, queue, priority, run_at, attempt from promoted order by run_at, id
                )
                select type, tenant_id from promoted
                """))
            await using (var reader = await command.ExecuteReaderAsync(ct))
            {
                for (; await reader.ReadAsync(ct); promoted++)
                {
                    ready.Add(reader.GetString(0));
                    tenants.Add(reader.GetGuid(1));
                }
            }
            await using (var command = transaction.Command("select extract(epoch from min(run_at) - clock_timestamp())::float8 from job where state = 'scheduled'"))
                next = await command.ExecuteScalarAsync(ct) as double?;
            await transaction.CommitAsync(ct);
        }
        if (waiters.Types is { Count: > 0 } waiting) ready.UnionWith(await ReadyTypesAsync(waiting, ct));
        foreach (var type in ready) waiters.Raise(type);
        foreach (var tenant in tenants) live.Changed(tenant, "jobs");
        if (promoted == Batch) return TimeSpan.Zero;
        // What another process is just promoting is past due and locked: not a reason to spin.
        return TimeSpan.FromSeconds(Math.Clamp(next ?? double.MaxValue, 0.005, options.Value.Poll.TotalSeconds));
    }

    private async Task<List<string>> ReadyTypesAsync(IReadOnlyCollection<string> types, CancellationToken ct)
    {
        await using var transaction = await database.BeginEngineAsync(ct);
        await using var command = transaction.Command("""
            select t from unnest($1) as t where exists (select from ready r where r.type = t)
            """, (object)types.ToArray());
        await using var reader = await command.ExecuteReaderAsync(ct);
        var ready = new List<string>();
        while (await reader.ReadAsync(ct)) ready.Add(reader.GetString(0));
        return ready;
    }
}
