using System.Diagnostics;
using System.Text.Json;
using Tideline.Contracts;

namespace Tideline.Platform.Events;

/// <summary>A fact that waits, in the database of the service that published it, to be handed to the transport.</summary>
internal sealed class OutboxMessage
{
    public required Guid Id { get; init; }
    public required Guid? TenantId { get; init; }
    public required string Type { get; init; }
    public required int Version { get; init; }
    public required string Key { get; init; }
    public required DateTimeOffset Time { get; init; }
    public required string Payload { get; init; }
    public string? Traceparent { get; init; }
    public Guid? CausationId { get; init; }
    public Guid? CorrelationId { get; init; }

    public static OutboxMessage Of(IEvent happened, Guid? tenantId)
    {
        var type = EventTypes.Of(happened.GetType());
        var cause = EventScope.Current;
        var id = Guid.CreateVersion7();
        return new OutboxMessage
        {
            Id = id,
            TenantId = tenantId,
            Type = type.Name,
            Version = type.Version,
            Key = happened.Key,
            Time = DateTimeOffset.UtcNow,
            Payload = JsonSerializer.Serialize(happened, happened.GetType(), ContractsJson.Options),
            Traceparent = Activity.Current?.Id,
            CausationId = cause?.Id,
            CorrelationId = cause?.CorrelationId ?? cause?.Id ?? id,
        };
    }
}
