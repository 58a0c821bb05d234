namespace Tideline.Platform.Events.Brokers;

/// <summary>
/// What a message broker has to be able to do to stand behind the bus: keep one replayable log for each partition. Cursors, leases, parking and dead
/// letters stay in the <c>bus</c> database, whatever the broker: there they change together, and only for whoever holds the partition.
/// </summary>
internal interface IBroker : IAsyncDisposable
{
    /// <summary>Names the log for the database: positions of one log mean nothing in another.</summary>
    string Name { get; }

    /// <summary>Sees to it that the logs of this epoch exist.</summary>
    /// <returns>Partitions whose log had to be made.</returns>
    Task<IReadOnlyList<short>> PrepareAsync(int epoch, CancellationToken ct);

    /// <summary>Appends in this order. When it returns, the broker has confirmed all of them.</summary>
    Task AppendAsync(int epoch, IReadOnlyList<EventEnvelope> events, CancellationToken ct);

    /// <summary>
    /// Brings what is in the logs and what is appended to them, each partition from its offset on, or from the first that is still kept.
    /// Ends only by an exception: cancelled, or the broker cannot be followed any longer.
    /// </summary>
    /// <param name="epoch">Which logs.</param>
    /// <param name="from">Offset for each partition.</param>
    /// <param name="following">Called once everything that is appended from now on will be brought.</param>
    /// <param name="receive">Takes a message; the next one of its partition comes after it has returned.</param>
    /// <param name="ct">Cancels.</param>
    Task FollowAsync(int epoch, IReadOnlyList<long> from, Action following, Func<BrokerMessage, CancellationToken, ValueTask> receive, CancellationToken ct);

    /// <summary>Reads from an offset on.</summary>
    /// <param name="epoch">Which logs.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="from">The first offset; when the broker has forgotten it, the first that it still knows.</param>
    /// <param name="upTo">The last offset, which is known to exist or to have existed.</param>
    /// <param name="limit">Messages at most, about.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>At least one message, or none when nothing is kept up to the last offset.</returns>
    Task<IReadOnlyList<BrokerMessage>> ReadAsync(int epoch, short partition, long from, long upTo, int limit, CancellationToken ct);
}

/// <summary>A message at its place in the broker's log.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">Its place, counted from zero.</param>
/// <param name="Event">The event; null when the message is not one of ours.</param>
internal readonly record struct BrokerMessage(short Partition, long Offset, EventEnvelope? Event);
