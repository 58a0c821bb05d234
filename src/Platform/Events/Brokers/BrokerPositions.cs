using Microsoft.Extensions.Logging;
using Tideline.Platform.Data;

namespace Tideline.Platform.Events.Brokers;

/// <summary>
/// Between a broker's offsets and the positions of the <c>bus</c> database: position = base + offset + 1. The base of a partition moves when its log was
/// lost and made anew, so that groups do not wait for positions that would come only after as many events as were lost.
/// </summary>
internal sealed class BrokerPositions(IBroker broker, BusDatabase bus, ILogger log) : IDisposable
{
    private const long LockKey = 0x7469_6465_6272_6f6b; // "tidebrok"
    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile Prepared? _prepared;

    /// <summary>Epoch and bases as this process knows them; prepares the broker when that has not been done yet.</summary>
    public async Task<Prepared> GetAsync(CancellationToken ct)
    {
        if (_prepared is { } known) return known;
        await _one.WaitAsync(ct);
        try
        {
            return _prepared ??= await PrepareAsync(ct);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The broker has given reason to doubt: what it holds is looked at again.</summary>
    public void Forget() => _prepared = null;

    public void Dispose() => _one.Dispose();

    private async Task<Prepared> PrepareAsync(CancellationToken ct)
    {
        await using var transaction = await bus.BeginAsync(ct);
        // One process at a time: whoever finds a log missing also moves its base.
        await transaction.ExecuteAsync($"select pg_advisory_xact_lock({LockKey})", [], ct);
        var epoch = await EpochAsync(transaction, ct);
        var made = await broker.PrepareAsync(epoch, ct);
        await using (var lost = transaction.Command(
            "update head set base = position where partition = any($1) and position > base returning partition", made.ToArray()))
        {
            await using var reader = await lost.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
                log.LogCritical("{Transport}: the log of partition {Partition} was gone and has been made anew. What some groups had not read is lost.", broker.Name, reader.GetInt16(0));
        }
        var prepared = new Prepared(epoch, new long[Partitions.Count], new long[Partitions.Count]);
        await using (var read = transaction.Command("select partition, base, position from head"))
        {
            await using var reader = await read.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct)) (prepared.Bases[reader.GetInt16(0)], prepared.Heads[reader.GetInt16(0)]) = (reader.GetInt64(1), reader.GetInt64(2));
        }
        await transaction.CommitAsync(ct);
        return prepared;
    }

    private async Task<int> EpochAsync(ServiceTransaction transaction, CancellationToken ct)
    {
        await using var command = transaction.Command("select name, epoch from transport");
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        if (reader.GetString(0) != broker.Name)
            throw new InvalidOperationException($"The bus has changed from {broker.Name} to {reader.GetString(0)}: this process must be started again with the new setting.");
        return reader.GetInt32(1);
    }

    /// <summary>What has to be known to use the broker's logs.</summary>
    /// <param name="Epoch">Part of the names of the logs.</param>
    /// <param name="Bases">The position before the first of each log.</param>
    /// <param name="Heads">Heads that were known then: whatever is appended with this knowledge comes after them.</param>
    internal sealed record Prepared(int Epoch, long[] Bases, long[] Heads)
    {
        public long PositionOf(short partition, long offset) => Bases[partition] + offset + 1;

        public long OffsetOf(short partition, long position) => position - Bases[partition] - 1;

        public bool IsSame(Prepared other) => Epoch == other.Epoch && Bases.AsSpan().SequenceEqual(other.Bases);
    }
}
