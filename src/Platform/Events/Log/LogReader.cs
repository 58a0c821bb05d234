using Tideline.Platform.Data;
using Tideline.Platform.Events.Dispatch;

namespace Tideline.Platform.Events.Log;

/// <summary>Reads what comes after a group's cursor.</summary>
internal sealed class LogReader(BusDatabase bus, string group, string[] types)
{
    private static readonly string Next = $"""
        select position, {EventColumns.List} from log
        where partition = $1 and position > $2 and position <= $3 and type = any($4)
        order by position limit $5
        """;

    /// <summary>Events of the group's types after <paramref name="after"/> and up to <paramref name="head"/>, and the keys that wait.</summary>
    public async Task<(List<Delivery> Deliveries, HashSet<OrderKey> Waiting)> ReadAsync(
        short partition, long after, long head, int limit, CancellationToken ct)
    {
        await using var batch = bus.CreateBatch()
            .Add(Next, Parameter.Of(partition), Parameter.Of(after),
                Parameter.Of(head), Parameter.Of(types),
                Parameter.Of(limit))
            .Add("select distinct tenant_id, key from parked where group_name = $1 and partition = $2",
                Parameter.Of(group), Parameter.Of(partition));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var deliveries = new List<Delivery>();
        while (await reader.ReadAsync(ct)) deliveries.Add(new Delivery(partition, reader.GetInt64(0), EventColumns.Read(reader, 1)));
        await reader.NextResultAsync(ct);
        var waiting = new HashSet<OrderKey>();
        while (await reader.ReadAsync(ct)) waiting.Add(new OrderKey(reader.IsDBNull(0) ? null : reader.GetGuid(0), reader.GetString(1)));
        return (deliveries, waiting);
    }
}
