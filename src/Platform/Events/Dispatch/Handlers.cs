using System.Text.Json;
using Tideline.Contracts;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Events.Dispatch;

/// <summary>Calls one subscription's handler, whose event type is known only when the service has been declared.</summary>
internal abstract class HandlerCall
{
    public required Subscription Subscription { get; init; }

    /// <summary>The newest shape of the payload that it knows.</summary>
    public int Version => EventTypes.Of(Subscription.Event).Version;

    /// <summary>Whether it takes runs.</summary>
    public required bool TakesMany { get; init; }

    public static HandlerCall Of(Subscription subscription)
    {
        var many = typeof(IHandleMany<>).MakeGenericType(subscription.Event).IsAssignableFrom(subscription.Handler);
        var call = typeof(HandlerCall<>).MakeGenericType(subscription.Event);
        return (HandlerCall)(many
            ? call.GetMethod("Many")!.Invoke(null, [subscription])!
            : call.GetMethod("One")!.Invoke(null, [subscription])!);
    }

    /// <summary>The event from its JSON.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public abstract IEvent Decode(EventEnvelope envelope);

    public abstract Task HandleAsync(object handler, IEvent happened, CancellationToken ct);

    public abstract Task HandleManyAsync(object handler, IReadOnlyList<(IEvent Event, EventEnvelope Envelope)> events, CancellationToken ct);
}

internal sealed class HandlerCall<TEvent> : HandlerCall where TEvent : IEvent
{
    public static HandlerCall One(Subscription subscription) => new HandlerCall<TEvent> { Subscription = subscription, TakesMany = false };

    public static HandlerCall Many(Subscription subscription) => new HandlerCall<TEvent> { Subscription = subscription, TakesMany = true };

    public override IEvent Decode(EventEnvelope envelope) =>
        JsonSerializer.Deserialize<TEvent>(envelope.Payload, ContractsJson.Options) ?? throw new JsonException("The payload is null.");

    public override Task HandleAsync(object handler, IEvent happened, CancellationToken ct) =>
        ((IHandle<TEvent>)handler).HandleAsync((TEvent)happened, ct);

    public override Task HandleManyAsync(object handler, IReadOnlyList<(IEvent Event, EventEnvelope Envelope)> events, CancellationToken ct) =>
        ((IHandleMany<TEvent>)handler).HandleAsync([.. events.Select(e => new Received<TEvent>((TEvent)e.Event, e.Envelope))], ct);
}
