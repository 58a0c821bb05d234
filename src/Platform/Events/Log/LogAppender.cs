using Tideline.Platform.Data;
using Tideline.Platform.Events.Dispatch;

namespace Tideline.Platform.Events.Log;

/// <summary>Writes batches to the log: one transaction, one round trip.</summary>
internal sealed class LogAppender(BusDatabase bus)
{
    // A statement of its own: the next one's snapshot is taken when the locks are held.
    private const string Lock = "select partition from head where partition = any($1) order by partition for update";

    private static readonly string Append = $"""
        with event as (
            select * from unnest($1::smallint[], $2::int[], {EventColumns.Unnest(3)}) as e(partition, ordinal, {EventColumns.List})
        ), moved as (
            update head h set position = h.position + n.events
            from (select partition, count(*) as events from event group by partition) n
            where h.partition = n.partition
            returning h.partition, h.position - n.events as base, h.position
        ), added as (
            insert into log (partition, position, {EventColumns.List})
            select partition, base + ordinal, {EventColumns.List} from event join moved using (partition)
        )
        select partition, position from moved
        """;

    /// <returns>The events at their places.</returns>
    public async Task<IReadOnlyList<Delivery>> AppendAsync(IReadOnlyList<EventEnvelope> events, CancellationToken ct)
    {
        var partitions = new short[events.Count];
        var ordinals = new int[events.Count];
        var counts = new int[Partitions.Count];
        for (var i = 0; i < partitions.Length; i++)
        {
            partitions[i] = Partitions.Of(events[i].Key);
            ordinals[i] = ++counts[partitions[i]];
        }
        await using var batch = bus.CreateBatch()
            .Add(Lock, Parameter.Of<short[]>([.. partitions.Distinct()]))
            .Add(Append, [
                Parameter.Of(partitions), Parameter.Of(ordinals),
                .. EventColumns.Arrays(events)]);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        var heads = new long[Partitions.Count];
        while (await reader.ReadAsync(ct)) heads[reader.GetInt16(0)] = reader.GetInt64(1);
        // Read to the end: only then has the transaction committed.
        await reader.NextResultAsync(ct);
        return [.. events.Select((e, i) => new Delivery(partitions[i], heads[partitions[i]] - counts[partitions[i]] + ordinals[i], e))];
    }
}
