using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tideline.Platform.Data;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Events;

/// <summary>Forgets what is old enough: events that every group has passed, deliveries, answers to idempotency keys. In small batches, one process at a time.</summary>
internal sealed class BusMaintenance(
    BusDatabase bus, IEnumerable<ServiceRegistration> services, IServiceProvider provider, BusOptions options, TimeProvider clock, ILogger<BusMaintenance> log)
    : IServiceLoop
{
    private const long LockKey = 0x7469_6465_6275_7372; // "tidebusr"
    private const int Batch = 5000;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        while (true)
        {
            await SweepAsync(health, ct);
            for (var waited = TimeSpan.Zero; waited < Interval; waited += TimeSpan.FromSeconds(20))
            {
                health.Beat();
                await Task.Delay(TimeSpan.FromSeconds(20), clock, ct);
            }
        }
    }

    /// <summary>Forgets everything that is due now.</summary>
    internal async Task SweepAsync(LoopHealth health, CancellationToken ct)
    {
        var removed = await RepeatAsync(health, ForgetEventsAsync, ct);
        foreach (var service in services.Where(s => s.Database is not null))
        {
            var database = provider.GetRequiredKeyedService<ServiceDatabase>(service.Name);
            var open = await OpenEventsAsync(service.Name, ct);
            removed += await RepeatAsync(health, token => ForgetDeliveriesAsync(database, open, token), ct);
            removed += await RepeatAsync(health, token => ForgetAnswersAsync(database, token), ct);
        }
        if (removed > 0) log.LogInformation("Forgot {Count} old rows", removed);
    }

    private static async Task<int> RepeatAsync(LoopHealth health, Func<CancellationToken, Task<int>> remove, CancellationToken ct)
    {
        for (var all = 0; ;)
        {
            health.Beat();
            var removed = await remove(ct);
            all += removed;
            if (removed < Batch) return all;
        }
    }

    private async Task<int> ForgetEventsAsync(CancellationToken ct)
    {
        await using var transaction = await bus.BeginAsync(ct);
        await using (var only = transaction.Command($"select pg_try_advisory_xact_lock({LockKey})"))
            if (await only.ExecuteScalarAsync(ct) is false) return 0;
        // The oldest of each partition are those with the lowest positions, so no index on the time is needed.
        var removed = await transaction.ExecuteAsync($"""
            delete from log l using (
                select o.partition, o.position
                from (select partition, min(position) as passed from cursor group by partition) c
                cross join lateral (
                    select partition, position, appended_at from log
                    where log.partition = c.partition and log.position <= c.passed order by position limit {Batch / Partitions.Count}) o
                where o.appended_at < now() - $1) old
            where l.partition = old.partition and l.position = old.position
            """, [options.Retention], ct);
        await transaction.CommitAsync(ct);
        // Less than a full batch may only mean that one partition had less.
        return removed > 0 ? Batch : 0;
    }

    /// <summary>Events of the group that still wait, here or as dead letters: should they come again, the inbox must know who has handled them.</summary>
    private async Task<Guid[]> OpenEventsAsync(string group, CancellationToken ct)
    {
        await using var batch = bus.CreateBatch().Add("""
            select event_id from parked where group_name = $1
            union select event_id from dead_letter where group_name = $1 and status = 'waiting'
            """, Parameter.Of(group));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var open = new List<Guid>();
        while (await reader.ReadAsync(ct)) open.Add(reader.GetGuid(0));
        return [.. open];
    }

    private async Task<int> ForgetDeliveriesAsync(ServiceDatabase database, Guid[] open, CancellationToken ct)
    {
        await using var transaction = await database.BeginSystemAsync(ct);
        var removed = await transaction.ExecuteAsync($"""
            delete from inbox where ctid = any(array(
                select ctid from inbox where handled_at < now() - $1 and event_id <> all($2) limit {Batch} for update skip locked))
            """, [options.Retention, open], ct);
        await transaction.CommitAsync(ct);
        return removed;
    }

    private async Task<int> ForgetAnswersAsync(ServiceDatabase database, CancellationToken ct)
    {
        await using var transaction = await database.BeginSystemAsync(ct);
        var removed = await transaction.ExecuteAsync($"""
            delete from idempotency_keys where ctid = any(array(
                select ctid from idempotency_keys where created_at < now() - $1 limit {Batch} for update skip locked))
            """, [options.IdempotencyRetention], ct);
        await transaction.CommitAsync(ct);
        return removed;
    }
}
