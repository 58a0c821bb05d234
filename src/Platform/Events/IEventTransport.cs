using Tideline.Platform.Events.Dispatch;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Events;

/// <summary>
/// What carries events from the outboxes to the handlers. Whichever it is: order per key, at least once, and a delivery that was
/// handed over is only forgotten after the dispatcher has told its outcome.
/// </summary>
internal interface IEventTransport
{
    /// <summary>Names it, and with it the log that positions belong to.</summary>
    string Name { get; }

    /// <summary>Takes the events in this order. When it returns they are durable.</summary>
    Task AppendAsync(IReadOnlyList<EventEnvelope> events, CancellationToken ct);

    /// <summary>Loops that the transport needs once a process.</summary>
    IEnumerable<(string Name, IServiceLoop Loop)> Loops();

    /// <summary>Loops that feed one group's dispatcher.</summary>
    IEnumerable<(string Name, IServiceLoop Loop)> Consume(Dispatcher dispatcher);

    /// <summary>Something may be due again in this group, before its time.</summary>
    void LookAgain(string group);

    /// <summary>
    /// Whether the groups of this process have handled everything that was appended, and what failed either waits for a far-off attempt or
    /// has been given up.
    /// </summary>
    Task<bool> IsCaughtUpAsync(CancellationToken ct);

    /// <summary>Events that were appended in the last minute, by whatever process.</summary>
    Task<long> PublishedLastMinuteAsync(CancellationToken ct);
}

/// <summary>The transport does not answer or has refused; nothing can be said about the events, and they are brought again.</summary>
internal sealed class TransportUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
