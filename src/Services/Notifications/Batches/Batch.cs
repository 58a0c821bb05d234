using Tideline.Notifications.Email;
using Tideline.Platform.Data;

namespace Tideline.Notifications.Batches;

/// <summary>Content that many messages share.</summary>
internal sealed class Batch : ITenantOwned
{
    public const string Running = "running";
    public const string Paused = "paused";
    public const string Cancelled = "cancelled";

    public const string OfCampaign = "campaign";
    public const string OfTest = "test";

    public required Guid TenantId { get; init; }
    public required Guid Id { get; init; }
    public required string Kind { get; init; }
    public Guid? CampaignId { get; init; }
    public Guid? BrandId { get; init; }
    public required string Subject { get; init; }
    public string? Preheader { get; init; }
    public required string Html { get; init; }
    public string? Text { get; init; }
    public required List<LinkTarget> Links { get; init; }
    public required string State { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Messages that one delivery job works off.</summary>
internal sealed class Chunk : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required Guid Id { get; init; }
    public Guid? BatchId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>When its job is to be at work next; none while its batch is paused.</summary>
    public DateTimeOffset? DueAt { get; set; }
    public DateTimeOffset? DoneAt { get; set; }
}
