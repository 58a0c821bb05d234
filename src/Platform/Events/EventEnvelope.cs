namespace Tideline.Platform.Events;

/// <summary>What travels around an event's payload: the attributes of CloudEvents 1.0 and what Tideline adds to them.</summary>
/// <param name="Id">CloudEvents <c>id</c>; with the subscriber's name it identifies a delivery.</param>
/// <param name="Source">The publishing service.</param>
/// <param name="Type">Wire name, e.g. <c>lead.created</c>.</param>
/// <param name="Version">Version of the payload's shape.</param>
/// <param name="Key">Order holds between events with the same key.</param>
/// <param name="TenantId">The tenant whose fact it is; none for facts of the platform.</param>
/// <param name="Time">When it happened, UTC.</param>
/// <param name="Payload">JSON.</param>
/// <param name="Traceparent">W3C trace context of the transaction that recorded it.</param>
/// <param name="CausationId">The event whose handler published this one.</param>
/// <param name="CorrelationId">The first event of the chain.</param>
public sealed record EventEnvelope(
    Guid Id, string Source, string Type, int Version, string Key, Guid? TenantId, DateTimeOffset Time, string Payload,
    string? Traceparent, Guid? CausationId, Guid? CorrelationId);

/// <summary>The event that is being handled on this asynchronous flow, so that what the handler publishes names its cause.</summary>
public static class EventScope
{
    private static readonly AsyncLocal<EventEnvelope?> Flow = new();

    /// <summary>The envelope, or null outside a handler.</summary>
    public static EventEnvelope? Current
    {
        get => Flow.Value;
        internal set => Flow.Value = value;
    }
}
