namespace Tideline.Contracts.Scheduler;

/// <summary>Asks for one <see cref="ScheduleDue"/> at a time. The same owner and name again replaces the earlier request.</summary>
[Event("schedule.requested")]
public sealed record ScheduleRequested : IEvent
{
    /// <summary>The service that asks, e.g. <c>campaigns</c>.</summary>
    public required string Owner { get; init; }
    /// <summary>Names the task within its owner, e.g. <c>start:{campaignId}</c>.</summary>
    public required string Name { get; init; }
    public required DateTimeOffset DueAt { get; init; }
    public string Key => Owner + "/" + Name;
}

/// <summary>Takes a request back. One that has fired already stays fired.</summary>
[Event("schedule.cancelled")]
public sealed record ScheduleCancelled : IEvent
{
    public required string Owner { get; init; }
    public required string Name { get; init; }
    public string Key => Owner + "/" + Name;
}

/// <summary>A time has come, once.</summary>
[Event("schedule.due")]
public sealed record ScheduleDue : IEvent
{
    public required string Owner { get; init; }
    public required string Name { get; init; }
    /// <summary>The time that was asked for; now is later by the lateness.</summary>
    public required DateTimeOffset DueAt { get; init; }
    public string Key => Owner + "/" + Name;
}
