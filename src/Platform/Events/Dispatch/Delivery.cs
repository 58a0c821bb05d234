namespace Tideline.Platform.Events.Dispatch;

/// <summary>An event at its place in the transport.</summary>
internal sealed record Delivery(short Partition, long Position, EventEnvelope Event)
{
    /// <summary>Where it stands.</summary>
    public (short Partition, long Position) Place => (Partition, Position);

    /// <summary>What waits together when one fails. With the tenant, so that none can hold up another's key of the same name.</summary>
    public OrderKey OrderKey => new(Event.TenantId, Event.Key);
}

/// <summary>Events with the same one are handled one after the other.</summary>
internal readonly record struct OrderKey(Guid? TenantId, string Key);

/// <summary>What became of an event that was not handled.</summary>
/// <param name="Delivery">The event.</param>
/// <param name="Error">Why; null when it was not tried because an earlier one of its key waits.</param>
/// <param name="Undecodable">No attempt can help: its payload is not what its type says.</param>
internal sealed record Unhandled(Delivery Delivery, string? Error, bool Undecodable);

/// <summary>The service's database does not answer, so nothing can be said about the event.</summary>
internal sealed class DatabaseUnavailableException(string message, Exception inner) : Exception(message, inner);
