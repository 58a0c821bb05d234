using Tideline.Platform.Data;
using Tideline.Platform.Events.Dispatch;

namespace Tideline.Platform.Events.Log;

/// <summary>Reads what comes after a group's cursor: from memory what this process has just appended or followed, all else from the log.</summary>
internal sealed class LogReader(BusDatabase bus, IEventLog log, LogTail tail, string group, IReadOnlyCollection<string> types)
{
    private const string Waiting = "select distinct partition, tenant_id, key from parked where group_name = $1 and partition = any($2)";

    private readonly HashSet<string> _types = [.. types];

    /// <summary>Whether it is certain, without asking the log, that nothing up to <paramref name="head"/> is for the group.</summary>
    public bool HasNone(short partition, long after, long head) => tail.HasNone(partition, after, head, _types);

    /// <summary>Events of the group's types, at most so many of each partition.</summary>
    public async Task<LogChunk[]> ReadAsync(IReadOnlyList<LogRange> wanted, int limit, CancellationToken ct)
    {
        var found = new LogChunk?[wanted.Count];
        var missing = new List<LogRange>();
        for (var i = 0; i < found.Length; i++)
        {
            var (partition, after, upTo) = wanted[i];
            if (tail.Read(partition, after, upTo, _types, limit) is { } known) found[i] = new LogChunk(known, known.Count == limit ? known[^1].Position : upTo);
            else missing.Add(wanted[i]);
        }
        var read = missing.Count == 0 ? [] : await log.ReadAsync(missing, _types, limit, ct);
        var next = 0;
        return Array.ConvertAll(found, chunk => chunk ?? read[next++]);
    }

    /// <summary>Keys with events that failed and will be tried again: what comes behind them must wait, too.</summary>
    public async Task<List<(short Partition, OrderKey Key)>> WaitingAsync(short[] partitions, CancellationToken ct)
    {
        await using var batch = bus.CreateBatch().Add(Waiting, Parameter.Of(group), Parameter.Of(partitions));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var waiting = new List<(short, OrderKey)>();
        while (await reader.ReadAsync(ct)) waiting.Add((reader.GetInt16(0), new OrderKey(reader.IsDBNull(1) ? null : reader.GetGuid(1), reader.GetString(2))));
        return waiting;
    }
}
