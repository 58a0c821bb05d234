namespace Tideline.Contracts.Assignment;

/// <summary>A lead was given to an agent; the reason is kept with it.</summary>
[Event("assignment.decided")]
public sealed record AssignmentDecided : IEvent
{
    public required Guid AssignmentId { get; init; }
    public required Guid LeadId { get; init; }
    public required Guid AgentId { get; init; }
    public Guid? RuleId { get; init; }
    public Guid? PoolId { get; init; }
    /// <summary><c>round_robin</c>, <c>least_loaded</c> or <c>manual</c>.</summary>
    public required string Strategy { get; init; }
    public required string Reason { get; init; }
    /// <summary>The user who assigned by hand.</summary>
    public Guid? By { get; init; }
    public string Key => LeadId.ToString();
}
