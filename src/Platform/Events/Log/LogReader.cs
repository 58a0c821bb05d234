using Tideline.Platform.Data;
using Tideline.Platform.Events.Dispatch;

namespace Tideline.Platform.Events.Log;

/// <summary>Reads what comes after a group's cursor: from memory what this process has just appended, all else from the database.</summary>
internal sealed class LogReader(BusDatabase bus, LogTail tail, string group, IReadOnlyCollection<string> types)
{
    private const string Waiting = "select distinct partition, tenant_id, key from parked where group_name = $1 and partition = any($2)";

    private static readonly string Next = $"""
        select position, {EventColumns.List} from log
        where partition = $1 and position > $2 and position <= $3 and type = any($4)
        order by position limit $5
        """;

    private readonly HashSet<string> _types = [.. types];

    /// <summary>Whether it is certain, without asking the database, that nothing up to <paramref name="head"/> is for the group.</summary>
    public bool HasNone(short partition, long after, long head) => tail.HasNone(partition, after, head, _types);

    /// <summary>Events of the group's types, at most so many of each partition, in one round trip at most.</summary>
    public async Task<List<Delivery>[]> ReadAsync(IReadOnlyList<(short Partition, long After, long Head)> wanted, int limit, CancellationToken ct)
    {
        var found = wanted.Select(w => tail.Read(w.Partition, w.After, w.Head, _types, limit)).ToArray();
        if (!found.Contains(null)) return found!;
        await using var batch = bus.CreateBatch();
        string[] types = [.. _types];
        for (var i = 0; i < found.Length; i++)
            if (found[i] is null) batch.Add(Next, Parameter.Of(wanted[i].Partition), Parameter.Of(wanted[i].After), Parameter.Of(wanted[i].Head), Parameter.Of(types), Parameter.Of(limit));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        for (var i = 0; i < found.Length; i++)
        {
            if (found[i] is not null) continue;
            found[i] = [];
            while (await reader.ReadAsync(ct)) found[i]!.Add(new Delivery(wanted[i].Partition, reader.GetInt64(0), EventColumns.Read(reader, 1)));
            await reader.NextResultAsync(ct);
        }
        return found!;
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
