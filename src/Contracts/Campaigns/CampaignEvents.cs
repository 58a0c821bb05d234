namespace Tideline.Contracts.Campaigns;

/// <summary>A campaign's audience is frozen and its messages are going out.</summary>
[Event("campaign.started")]
public sealed record CampaignStarted : IEvent
{
    public required Guid CampaignId { get; init; }
    public required string Name { get; init; }
    public required long Recipients { get; init; }
    public string Key => CampaignId.ToString();
}

/// <summary>Nothing goes out until it is resumed.</summary>
[Event("campaign.paused")]
public sealed record CampaignPaused : IEvent
{
    public required Guid CampaignId { get; init; }
    public string Key => CampaignId.ToString();
}

/// <summary>Every recipient has come to an end: sent, skipped, failed, or cancelled.</summary>
[Event("campaign.completed")]
public sealed record CampaignCompleted : IEvent
{
    public required Guid CampaignId { get; init; }
    public required string Name { get; init; }
    public required bool Cancelled { get; init; }
    public string Key => CampaignId.ToString();
}
