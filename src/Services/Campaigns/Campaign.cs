using Tideline.Campaigns.Audiences;
using Tideline.Platform.Api;
using Tideline.Platform.Data;

namespace Tideline.Campaigns;

/// <summary>One message for many people: what it says, to whom it goes, and where it stands.</summary>
internal sealed class Campaign : ITenantOwned
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TenantId { get; init; }
    public string Name { get; set; } = "";
    public string Channel { get; init; } = "email";
    public CampaignStatus Status { get; set; } = CampaignStatus.Draft;
    public Guid BrandId { get; set; }
    public string Subject { get; set; } = "";
    public string? Preheader { get; set; }
    public string Html { get; set; } = "";
    public string? Text { get; set; }
    public Audience Audience { get; set; } = Audience.Everybody;
    public DateTimeOffset? ScheduleAt { get; set; }
    public int? ThrottlePerMinute { get; set; }
    public string? Error { get; set; }
    public Guid? CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; set; }
    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? CompletedAt { get; set; }
    public uint Version { get; private set; }

    /// <summary>Refuses what cannot be done in the present state.</summary>
    /// <exception cref="Problem">409 <c>campaign_state</c>, with what can be done.</exception>
    public void Require(string verb)
    {
        var allowed = Allowed(Status);
        if (allowed.Contains(verb)) return;
        var state = Status.ToString().ToLowerInvariant();
        throw new Problem(409, "campaign_state", $"The campaign is {state}; it cannot {Infinitive(verb)} now.",
            allowed.Length == 0 ? "It has ended. Make a new one from it." : "Possible now: " + string.Join(", ", allowed) + ".")
        {
            Extensions = new Dictionary<string, object?> { ["state"] = state, ["allowed"] = allowed },
        };
    }

    private static string[] Allowed(CampaignStatus status) => status switch
    {
        CampaignStatus.Draft => ["edit", "delete", "start", "schedule"],
        CampaignStatus.Scheduled => ["start", "schedule", "cancel"],
        CampaignStatus.Running => ["pause", "cancel"],
        CampaignStatus.Paused => ["resume", "cancel"],
        _ => [],
    };

    private static string Infinitive(string verb) => verb switch
    {
        "edit" => "be edited",
        "delete" => "be deleted",
        "schedule" => "be scheduled",
        "cancel" => "be cancelled",
        _ => verb,
    };
}

/// <summary>Where a campaign stands.</summary>
public enum CampaignStatus
{
    /// <summary>Being written.</summary>
    Draft,
    /// <summary>Starts by itself at its time.</summary>
    Scheduled,
    /// <summary>Its messages are going out.</summary>
    Running,
    /// <summary>Nothing goes out until it is resumed.</summary>
    Paused,
    /// <summary>Every recipient has come to an end.</summary>
    Completed,
    /// <summary>Who had no message will get none.</summary>
    Cancelled,
}
