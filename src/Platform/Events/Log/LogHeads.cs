namespace Tideline.Platform.Events.Log;

/// <summary>The last position known to be committed in each partition: what consumers compare their cursors with, without asking the database.</summary>
internal sealed class LogHeads
{
    private readonly long[] _positions = new long[Partitions.Count];

    /// <summary>A head has moved.</summary>
    public event Action? Moved;

    public long this[short partition] => Interlocked.Read(ref _positions[partition]);

    /// <summary>Learns of heads, by whatever way they came; older news changes nothing.</summary>
    public void Learn(IEnumerable<(short Partition, long Position)> heads)
    {
        var moved = false;
        foreach (var (partition, position) in heads)
        {
            if (partition is < 0 or >= Partitions.Count) continue;
            var known = Interlocked.Read(ref _positions[partition]);
            while (known < position)
            {
                var before = Interlocked.CompareExchange(ref _positions[partition], position, known);
                moved |= before == known;
                known = before;
            }
        }
        if (moved) Moved?.Invoke();
    }
}
