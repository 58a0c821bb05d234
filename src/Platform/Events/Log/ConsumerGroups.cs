using Microsoft.Extensions.Logging;
using Tideline.Platform.Data;
using Tideline.Platform.Events.Dispatch;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Events.Log;

/// <summary>
/// The groups of this process. Whatever keeps the log, their cursors, leases, retries and dead letters are in the <c>bus</c> database: a cursor moves in
/// the transaction that parks what failed, and only for whoever holds the partition.
/// </summary>
internal sealed class ConsumerGroups(
    BusDatabase bus, LogHeads heads, LogTail tail, Presence presence, BusOptions options, DatabaseDirectory directory, TimeProvider clock, ILoggerFactory loggers)
{
    private readonly List<GroupConsumer> _groups = [];

    /// <summary>Loops that feed one group's dispatcher.</summary>
    public IEnumerable<(string Name, IServiceLoop Loop)> Consume(Dispatcher dispatcher, IEventLog from)
    {
        var group = dispatcher.Service.Name;
        var log = loggers.CreateLogger<GroupConsumer>();
        // A third of the pool at most: the relay, the requests and the retries need connections too, and a handler may take a second one.
        var lanes = Math.Clamp(directory.PoolSize / 3, 1, options.Lanes);
        var parking = new Parking(bus, group, presence.Owner, options);
        var consumer = new GroupConsumer(
            dispatcher, heads, new LogReader(bus, from, tail, group, dispatcher.Types), new GroupCursors(bus, group, presence, options.Lease), parking,
            options, lanes, clock, log);
        _groups.Add(consumer);
        yield return ("consumer", consumer);
        yield return ("retries", new GroupRetries(consumer, dispatcher, parking, options, Math.Max(1, lanes / 2), log));
    }

    /// <summary>Something may be due again in this group, before its time.</summary>
    public void LookAgain(string group) => _groups.Find(g => g.Group == group)?.LookAgain();

    /// <summary>Whether all have handled everything up to the heads, and what failed either waits for a far-off attempt or has been given up.</summary>
    public async Task<bool> AreCaughtUpAsync(CancellationToken ct)
    {
        await using var batch = bus.CreateBatch()
            .Add("select h.partition, h.position, c.group_name, c.position from head h join cursor c using (partition) where c.group_name = any($1)",
                Parameter.Of<string[]>([.. _groups.Select(g => g.Group)]))
            .Add("select exists (select 1 from parked where group_name = any($1) and (next_attempt_at <= now() or attempts < 3))",
                Parameter.Of<string[]>([.. _groups.Select(g => g.Group)]));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var seen = 0;
        while (await reader.ReadAsync(ct))
        {
            seen++;
            var (partition, head, group, saved) = (reader.GetInt16(0), reader.GetInt64(1), reader.GetString(2), reader.GetInt64(3));
            var here = _groups.Find(g => g.Group == group)!.PositionOf(partition) ?? saved;
            if (here < head) return false;
        }
        await reader.NextResultAsync(ct);
        await reader.ReadAsync(ct);
        return seen == _groups.Count * Partitions.Count && !reader.GetBoolean(0);
    }
}
