using Tideline.Contracts;

namespace Tideline.Platform.Events;

/// <summary>
/// Reacts to an event. The dispatcher has opened the transaction on the service's database, set the tenant and recorded the
/// delivery in the inbox: what the handler writes and publishes happens once, whatever is redelivered.
/// </summary>
/// <remarks>A handler changes its own service's data and publishes; calls out to the world are jobs. Throw to be retried.</remarks>
public interface IHandle<in TEvent> where TEvent : IEvent
{
    /// <summary>Handles one event.</summary>
    Task HandleAsync(TEvent happened, CancellationToken ct);
}

/// <summary>Like <see cref="IHandle{TEvent}"/>, for engines: gets a run of events of one tenant at once and should write once.</summary>
/// <remarks>When the run fails, its events are handled one by one, so that only the one at fault waits.</remarks>
public interface IHandleMany<TEvent> where TEvent : IEvent
{
    /// <summary>Handles a run of events in the order in which they were published.</summary>
    Task HandleAsync(IReadOnlyList<Received<TEvent>> events, CancellationToken ct);
}

/// <summary>An event with its envelope.</summary>
public sealed record Received<TEvent>(TEvent Event, EventEnvelope Envelope) where TEvent : IEvent;
