using System.Text.Json;
using Tideline.Contracts;
using Tideline.Contracts.Leads;
using Tideline.Platform.Data;

namespace Tideline.Assignment;

/// <summary>A lead was given to an agent, and why.</summary>
internal sealed class Decision : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid LeadId { get; init; }
    public required Guid AgentId { get; init; }
    public Guid? RuleId { get; init; }
    public Guid? PoolId { get; init; }
    public required string Strategy { get; init; }
    public required string Reason { get; init; }
    public required DateTimeOffset DecidedAt { get; init; }
}

/// <summary>A lead that somebody has to work on.</summary>
internal sealed class OpenItem : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required Guid LeadId { get; init; }
    public required Guid AgentId { get; set; }
    public required DateTimeOffset Since { get; init; }
}

/// <summary>What the rules look at.</summary>
internal sealed class KnownLead : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required Guid LeadId { get; init; }
    /// <summary>JSON of the lead's snapshot.</summary>
    public required string Snapshot { get; set; }

    /// <summary>Nothing is left to do on it.</summary>
    public bool IsClosed => JsonSerializer.Deserialize<LeadSnapshot>(Snapshot, ContractsJson.Options) is { Status: "won" or "lost" };
}

/// <summary>A lead for which there was nobody.</summary>
internal sealed class WaitingLead : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required Guid LeadId { get; init; }
    public required DateTimeOffset Since { get; init; }
    public required string Reason { get; set; }
    /// <summary>The pool in which nobody was free; absent when no rule matches.</summary>
    public Guid? PoolId { get; set; }
}
