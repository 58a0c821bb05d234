namespace Tideline.Contracts.Leads;

/// <summary>What other services may know of a lead. The events carry it whole, so that a reader needs no call back.</summary>
public sealed record LeadSnapshot
{
    public required Guid LeadId { get; init; }
    public string? FirstName { get; init; }
    public string? LastName { get; init; }
    public string? Company { get; init; }
    /// <summary>Canonical address.</summary>
    public string? Email { get; init; }
    public string? Email2 { get; init; }
    /// <summary>E.164.</summary>
    public string? Phone { get; init; }
    public string? Phone2 { get; init; }
    public string? Country { get; init; }
    public string? Source { get; init; }
    public string? Stage { get; init; }
    public required string Status { get; init; }
    public Money? Value { get; init; }
    public Guid? OwnerId { get; init; }
    public Guid? CustomerId { get; init; }
    public IReadOnlyDictionary<string, string>? Custom { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A lead entered the platform. Raised once per lead, in the transaction that stores it.</summary>
[Event("lead.created")]
public sealed record LeadCreated : IEvent
{
    public required LeadSnapshot Lead { get; init; }
    /// <summary>Set when the lead came in with an import: nobody is to be notified one by one.</summary>
    public Guid? ImportId { get; init; }
    public string Key => Lead.LeadId.ToString();
}

/// <summary>Attributes of a lead changed.</summary>
[Event("lead.updated")]
public sealed record LeadUpdated : IEvent
{
    public required LeadSnapshot Lead { get; init; }
    /// <summary>Names of the members that changed.</summary>
    public required IReadOnlyList<string> Changed { get; init; }
    public string Key => Lead.LeadId.ToString();
}

/// <summary>A lead has a (new) owner.</summary>
[Event("lead.assigned")]
public sealed record LeadAssigned : IEvent
{
    public required Guid LeadId { get; init; }
    public required Guid AssignedTo { get; init; }
    public Guid? PreviousOwner { get; init; }
    public required string DisplayName { get; init; }
    /// <summary>Why, in words for people.</summary>
    public required string Reason { get; init; }
    /// <summary>Set when the lead came in with an import: one summary instead of a notice each.</summary>
    public Guid? ImportId { get; init; }
    /// <summary>The user who did it by hand; absent when a rule did.</summary>
    public Guid? By { get; init; }
    public string Key => LeadId.ToString();
}

/// <summary>A lead moved in its pipeline.</summary>
[Event("lead.stage_changed")]
public sealed record LeadStageChanged : IEvent
{
    public required LeadSnapshot Lead { get; init; }
    public required string From { get; init; }
    public required string To { get; init; }
    public string Key => Lead.LeadId.ToString();
}

/// <summary>The deal was closed.</summary>
[Event("lead.won")]
public sealed record LeadWon : IEvent
{
    public required LeadSnapshot Lead { get; init; }
    public string Key => Lead.LeadId.ToString();
}

/// <summary>The deal was lost.</summary>
[Event("lead.lost")]
public sealed record LeadLost : IEvent
{
    public required LeadSnapshot Lead { get; init; }
    public string? Reason { get; init; }
    public string Key => Lead.LeadId.ToString();
}

/// <summary>The lead is gone, with all that hung on it.</summary>
[Event("lead.deleted")]
public sealed record LeadDeleted : IEvent
{
    public required Guid LeadId { get; init; }
    public string Key => LeadId.ToString();
}

/// <summary>An import ended; the numbers are final.</summary>
[Event("import.completed")]
public sealed record ImportCompleted : IEvent
{
    public required Guid ImportId { get; init; }
    public required string FileName { get; init; }
    public required long Created { get; init; }
    public required long Updated { get; init; }
    public required long Duplicates { get; init; }
    public required long Rejected { get; init; }
    public Guid? StartedBy { get; init; }
    public string Key => ImportId.ToString();
}
