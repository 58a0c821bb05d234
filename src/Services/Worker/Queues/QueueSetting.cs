using Tideline.Platform.Data;

namespace Tideline.Worker.Queues;

/// <summary>A tenant's wish about a queue.</summary>
internal sealed class QueueSetting : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required string Name { get; init; }
    public required bool Paused { get; init; }
    public required DateTimeOffset ChangedAt { get; init; }
    public Guid? ChangedBy { get; init; }
}
