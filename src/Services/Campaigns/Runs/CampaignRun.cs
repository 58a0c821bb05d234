using Tideline.Platform.Data;

namespace Tideline.Campaigns.Runs;

/// <summary>How far the sending of a campaign is. Whatever kills the process, the next one goes on from here.</summary>
internal sealed class CampaignRun : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required Guid CampaignId { get; init; }
    public RunPhase Phase { get; set; }
    public int Generation { get; set; }
    public Guid? FrozenAfter { get; init; }
    public long Recipients { get; init; }
    public Guid? HandedAfter { get; init; }
    public long Handed { get; init; }
    public DateTimeOffset? HandedAt { get; init; }
    public DateTimeOffset? NextAt { get; init; }
}

/// <summary>What a run does.</summary>
internal enum RunPhase
{
    /// <summary>Started by the clock: nobody has yet looked whether it can be sent.</summary>
    Checking,
    /// <summary>The audience is being written down.</summary>
    Freezing,
    /// <summary>Messages are handed over.</summary>
    Sending,
    /// <summary>All are handed over, and not all have come to an end.</summary>
    Waiting,
    /// <summary>Nothing is left to do.</summary>
    Ended,
}
