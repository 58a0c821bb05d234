using System.ComponentModel.DataAnnotations;
using Tideline.Campaigns.Audiences;
using Tideline.Campaigns.Results;
using Tideline.Contracts.Notifications;

namespace Tideline.Campaigns;

/// <summary>
/// A campaign as a client states it. In an edit, what is absent stays, and null empties what may be empty; so each of those members knows whether
/// it was there.
/// </summary>
public sealed record CampaignInput
{
    /// <summary>What the workspace calls it.</summary>
    [MaxLength(200)] public string? Name { get; init; }
    /// <summary><c>email</c>.</summary>
    [MaxLength(20)] public string? Channel { get; init; }
    /// <summary>Who is speaking; the workspace's default brand when absent.</summary>
    public Guid? BrandId { get; init; }
    /// <summary>Subject line, Handlebars.</summary>
    [MaxLength(500)] public string? Subject { get; init; }
    /// <summary>The line that mail programs show after the subject, Handlebars.</summary>
    [MaxLength(500)] public string? Preheader { get; init { field = value; StatesPreheader = true; } }
    /// <summary>Body, Handlebars; the brand's layout goes around it.</summary>
    [MaxLength(500_000)] public string? Html { get; init; }
    /// <summary>Plain text, Handlebars; made from the HTML when absent.</summary>
    [MaxLength(200_000)] public string? Text { get; init { field = value; StatesText = true; } }
    /// <summary>Whom it is for; all leads when absent.</summary>
    public Audience? Audience { get; init; }
    /// <summary>When it is meant to start. It starts only after it has been scheduled.</summary>
    public DateTimeOffset? ScheduleAt { get; init { field = value; StatesScheduleAt = true; } }
    /// <summary>Messages a minute, at most; as fast as possible when absent.</summary>
    [Range(1, 100_000)] public int? ThrottlePerMinute { get; init { field = value; StatesThrottle = true; } }

    internal bool StatesPreheader { get; private init; }
    internal bool StatesText { get; private init; }
    internal bool StatesScheduleAt { get; private init; }
    internal bool StatesThrottle { get; private init; }

    /// <summary>Whether the message itself is changed.</summary>
    internal bool StatesContent => Subject is not null || Html is not null || StatesPreheader || StatesText || BrandId is not null;
}

/// <summary>A campaign.</summary>
public sealed record CampaignView
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public required string Channel { get; init; }
    public required CampaignStatus Status { get; init; }
    public required Guid BrandId { get; init; }
    public required string Subject { get; init; }
    public string? Preheader { get; init; }
    public required string Html { get; init; }
    public string? Text { get; init; }
    public required Audience Audience { get; init; }
    public DateTimeOffset? ScheduleAt { get; init; }
    public int? ThrottlePerMinute { get; init; }
    /// <summary>Once it has been started.</summary>
    public CampaignStats? Stats { get; init; }
    /// <summary>Why it stands still although nobody paused it.</summary>
    public string? Error { get; init; }
    /// <summary>After a change: what is wrong with the templates. It is saved nevertheless, and cannot be started.</summary>
    public IReadOnlyList<TemplateProblem>? Problems { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? CompletedAt { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required uint Version { get; init; }

    internal static CampaignView Of(Campaign c, CampaignStats? stats = null, IReadOnlyList<TemplateProblem>? problems = null) => new()
    {
        Id = c.Id,
        Name = c.Name,
        Channel = c.Channel,
        Status = c.Status,
        BrandId = c.BrandId,
        Subject = c.Subject,
        Preheader = c.Preheader,
        Html = c.Html,
        Text = c.Text,
        Audience = c.Audience,
        ScheduleAt = c.ScheduleAt,
        ThrottlePerMinute = c.ThrottlePerMinute,
        Stats = stats,
        Error = c.Error,
        Problems = problems,
        StartedAt = c.StartedAt,
        CompletedAt = c.CompletedAt,
        CreatedAt = c.CreatedAt,
        UpdatedAt = c.UpdatedAt,
        Version = c.Version,
    };
}
