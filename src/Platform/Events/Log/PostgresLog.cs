using Tideline.Platform.Data;
using Tideline.Platform.Events.Dispatch;

namespace Tideline.Platform.Events.Log;

/// <summary>The log in the <c>bus</c> database, read by position.</summary>
internal sealed class PostgresLog(BusDatabase bus) : IEventLog
{
    private static readonly string Next = $"""
        select position, {EventColumns.List} from log
        where partition = $1 and position > $2 and position <= $3 and type = any($4)
        order by position limit $5
        """;

    /// <inheritdoc/>
    public async Task<LogChunk[]> ReadAsync(IReadOnlyList<LogRange> ranges, IReadOnlySet<string> types, int limit, CancellationToken ct)
    {
        await using var batch = bus.CreateBatch();
        string[] names = [.. types];
        foreach (var range in ranges)
            batch.Add(Next, Parameter.Of(range.Partition), Parameter.Of(range.After), Parameter.Of(range.UpTo), Parameter.Of(names), Parameter.Of(limit));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var found = new LogChunk[ranges.Count];
        for (var i = 0; i < found.Length; i++)
        {
            var deliveries = new List<Delivery>();
            while (await reader.ReadAsync(ct)) deliveries.Add(new Delivery(ranges[i].Partition, reader.GetInt64(0), EventColumns.Read(reader, 1)));
            await reader.NextResultAsync(ct);
            found[i] = new LogChunk(deliveries, deliveries.Count == limit ? deliveries[^1].Position : ranges[i].UpTo);
        }
        return found;
    }
}
