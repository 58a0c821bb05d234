using Tideline.Platform.Data;

namespace Tideline.Leads.Pipelines;

/// <summary>The way of a lead through its stages.</summary>
internal sealed class Pipeline : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required string Name { get; set; }
    public required bool IsDefault { get; init; }
}

/// <summary>A step of a pipeline.</summary>
internal sealed class Stage : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid PipelineId { get; init; }
    public required string Name { get; set; }
    public required int Position { get; set; }
    /// <summary>Chance of winning from here, in percent.</summary>
    public required int Probability { get; set; }
    /// <summary>Status of the leads that stand here.</summary>
    public required LeadStatus Status { get; set; }
}
