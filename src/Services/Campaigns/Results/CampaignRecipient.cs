using Tideline.Platform.Data;

namespace Tideline.Campaigns.Results;

/// <summary>A person in the frozen audience of a campaign, and what became of the message.</summary>
internal sealed class CampaignRecipient : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required Guid CampaignId { get; init; }
    public required Guid MessageId { get; init; }
    public required Guid LeadId { get; init; }
    public Guid? CustomerId { get; init; }
    public string? Address { get; init; }
    public required string DisplayName { get; init; }
    public required string Variables { get; init; }
    public required bool Skipped { get; init; }
    public MessageFlags Flags { get; init; }
    public string? Reason { get; init; }
    public required DateTimeOffset At { get; init; }
}

/// <summary>A part of a sum over recipients.</summary>
internal sealed class CampaignTally : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required Guid CampaignId { get; init; }
    public required string Metric { get; init; }
    public required DateTimeOffset Bucket { get; init; }
    public required string Reason { get; init; }
    public required short Shard { get; init; }
    public required long N { get; init; }
}
