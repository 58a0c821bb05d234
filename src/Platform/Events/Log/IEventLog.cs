using Tideline.Platform.Events.Dispatch;

namespace Tideline.Platform.Events.Log;

/// <summary>Where appended events are kept, to be read by position.</summary>
internal interface IEventLog
{
    /// <summary>Reads the events of these types in some ranges, at most so many of each.</summary>
    /// <returns>What was found in each range, in the same order.</returns>
    Task<LogChunk[]> ReadAsync(IReadOnlyList<LogRange> ranges, IReadOnlySet<string> types, int limit, CancellationToken ct);
}

/// <summary>A part of a partition: after a position, and up to another that is known to have been reached.</summary>
internal readonly record struct LogRange(short Partition, long After, long UpTo);

/// <summary>What was found in a range.</summary>
/// <param name="Deliveries">The events.</param>
/// <param name="Reached">Up to here there are no others of the types that were asked for.</param>
internal readonly record struct LogChunk(List<Delivery> Deliveries, long Reached);
