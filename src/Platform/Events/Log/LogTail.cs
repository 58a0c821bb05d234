using Tideline.Platform.Events.Dispatch;

namespace Tideline.Platform.Events.Log;

/// <summary>
/// The newest events that this process has appended or followed, in memory: its groups need not each read back what is here already.
/// It only saves asking; what is not here is read from the log.
/// </summary>
internal sealed class LogTail
{
    // Of each partition. Whoever is further behind reads hundreds at once, and then a query costs little.
    private const int Length = 256;
    private const int LongestPayload = 16 * 1024;

    private readonly Delivery?[][] _slots = [.. Enumerable.Range(0, Partitions.Count).Select(_ => new Delivery?[Length])];

    /// <summary>Keeps events that are committed. To be called before anybody learns of their heads.</summary>
    public void Keep(IEnumerable<Delivery> appended)
    {
        foreach (var delivery in appended)
            if (delivery.Event.Payload.Length <= LongestPayload) Volatile.Write(ref _slots[delivery.Partition][delivery.Position % Length], delivery);
    }

    /// <summary>Whether all events after a position and up to another are known, and none is of these types.</summary>
    public bool HasNone(short partition, long after, long upTo, HashSet<string> types)
    {
        if (upTo - after > Length) return false;
        for (var position = after + 1; position <= upTo; position++)
            if (At(partition, position) is not { } delivery || types.Contains(delivery.Event.Type)) return false;
        return true;
    }

    /// <summary>The events of these types after a position and up to another, at most so many; null when not all are known here.</summary>
    public List<Delivery>? Read(short partition, long after, long upTo, HashSet<string> types, int limit)
    {
        if (upTo - after > Length) return null;
        var found = new List<Delivery>();
        for (var position = after + 1; position <= upTo && found.Count < limit; position++)
        {
            if (At(partition, position) is not { } delivery) return null;
            if (types.Contains(delivery.Event.Type)) found.Add(delivery);
        }
        return found;
    }

    private Delivery? At(short partition, long position) =>
        Volatile.Read(ref _slots[partition][position % Length]) is { } delivery && delivery.Position == position ? delivery : null;
}
