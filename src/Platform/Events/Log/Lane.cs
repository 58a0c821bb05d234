namespace Tideline.Platform.Events.Log;

/// <summary>One partition that this process holds for a group.</summary>
internal sealed class Lane(short partition, long position, int takeovers) : IDisposable
{
    private long _position = position;

    public short Partition => partition;

    /// <summary>Handled up to here.</summary>
    public long Position
    {
        get => Interlocked.Read(ref _position);
        set => Interlocked.Exchange(ref _position, value);
    }

    /// <summary>What the database has been told of <see cref="Position"/>. Less for a moment: to handle again costs a look into the inbox.</summary>
    public long Saved { get; set; } = position;

    /// <summary>When the database is to be told at the latest.</summary>
    public long SaveAt { get; set; } = long.MaxValue;

    /// <summary>Events of the partition may be parked, and others of their keys have to wait behind them. False only when it is certain.</summary>
    public volatile bool MayWait = true;

    /// <summary>Leases that ran out here without progress.</summary>
    public int Takeovers { get; set; } = takeovers;

    /// <summary>The chunk at work, perhaps together with other lanes'.</summary>
    public Task<ChunkEnd>? Running { get; set; }

    /// <summary>The partition turned out to belong to another process now.</summary>
    public bool Gone { get; set; }

    /// <summary>Trouble of the database, not of an event: failures in a row, and when to try again.</summary>
    public int Troubles { get; set; }

    public long NotBefore { get; set; }

    /// <summary>To be given to another process as soon as the chunk has ended.</summary>
    public bool Leaving { get; set; }

    /// <summary>Cancelled when the partition is somebody else's.</summary>
    public CancellationTokenSource Lost { get; } = new();

    public void Dispose() => Lost.Dispose();
}

/// <summary>How a chunk ended.</summary>
internal enum ChunkEnd
{
    /// <summary>It moved on.</summary>
    Moved,

    /// <summary>A database did not answer; nothing is known about the events.</summary>
    Trouble,
}
