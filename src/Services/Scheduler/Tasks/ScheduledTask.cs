using Tideline.Platform.Data;

namespace Tideline.Scheduler.Tasks;

internal enum TaskState
{
    Pending,
    Fired,
    Cancelled,
}

/// <summary>A one-time request of a service. Changed by set-based SQL only; this maps it for reading.</summary>
internal sealed class ScheduledTask : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required Guid Id { get; init; }
    public required string Owner { get; init; }
    public required string Name { get; init; }
    public required DateTimeOffset DueAt { get; init; }
    public required TaskState State { get; init; }
    public string? Traceparent { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
}
