using Tideline.Contracts;

namespace Tideline.Platform.Events;

/// <summary>
/// Publishes what was only seen, not done: there is no change of ours that it would have to be true together with, and no outbox. A service
/// publishes through its database instead.
/// </summary>
public sealed class EventPublisher
{
    private readonly IEventTransport _transport;

    internal EventPublisher(IEventTransport transport) => _transport = transport;

    /// <summary>Hands the events to the transport; when it returns they are durable.</summary>
    public Task PublishAsync(string source, IEnumerable<(IEvent Happened, Guid? TenantId, string? Traceparent)> events, CancellationToken ct) =>
        _transport.AppendAsync([.. events.Select(e => Envelope(source, e.Happened, e.TenantId, e.Traceparent))], ct);

    private static EventEnvelope Envelope(string source, IEvent happened, Guid? tenantId, string? traceparent)
    {
        var message = OutboxMessage.Of(happened, tenantId);
        return new EventEnvelope(message.Id, source, message.Type, message.Version, message.Key, tenantId, message.Time, message.Payload,
            traceparent, message.CausationId, message.CorrelationId);
    }
}
