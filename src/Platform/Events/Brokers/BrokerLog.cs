using Microsoft.Extensions.Logging;
using Tideline.Platform.Events.Dispatch;
using Tideline.Platform.Events.Log;

namespace Tideline.Platform.Events.Brokers;

/// <summary>A broker's logs, read by position.</summary>
internal sealed class BrokerLog(IBroker broker, BrokerPositions positions, ILogger log) : IEventLog
{
    /// <inheritdoc/>
    public Task<LogChunk[]> ReadAsync(IReadOnlyList<LogRange> ranges, IReadOnlySet<string> types, int limit, CancellationToken ct) =>
        Task.WhenAll(ranges.Select(range => ReadAsync(range, types, limit, ct)));

    private async Task<LogChunk> ReadAsync(LogRange range, IReadOnlySet<string> types, int limit, CancellationToken ct)
    {
        var (partition, after, upTo) = range;
        var prepared = await positions.GetAsync(ct);
        // What lies before the base was in a log that has been left behind.
        var from = Math.Max(0, prepared.OffsetOf(partition, after + 1));
        var last = prepared.OffsetOf(partition, upTo);
        if (last < from) return new LogChunk([], upTo);
        var messages = await broker.ReadAsync(prepared.Epoch, partition, from, last, limit, ct);
        var first = messages.Count > 0 ? messages[0].Offset : last + 1;
        // A group that is new begins with what is kept; one that was away for too long must not pass over the rest in silence.
        if (first > from && after > 0)
            log.LogCritical("{Transport}: {Count} events of partition {Partition} were forgotten before they had been read. Keep them longer.", broker.Name, first - from, partition);
        if (messages.Count == 0) return new LogChunk([], upTo);
        var deliveries = new List<Delivery>();
        foreach (var (_, offset, envelope) in messages)
            if (envelope is not null && types.Contains(envelope.Type)) deliveries.Add(new Delivery(partition, prepared.PositionOf(partition, offset), envelope));
        return new LogChunk(deliveries, Math.Min(upTo, prepared.PositionOf(partition, messages[^1].Offset)));
    }
}
