using Tideline.Platform.Data;

namespace Tideline.Notifications.Messages;

/// <summary>The states of a message. Up to <see cref="Sending"/> it may still go out; the rest are ends.</summary>
internal static class MessageStatus
{
    public const string Queued = "queued";
    public const string Sending = "sending";
    public const string Sent = "sent";
    public const string Delivered = "delivered";
    public const string Bounced = "bounced";
    public const string Failed = "failed";
    public const string Unknown = "unknown";
    public const string Suppressed = "suppressed";
    public const string Cancelled = "cancelled";

    public static readonly IReadOnlyList<string> All = [Queued, Sending, Sent, Delivered, Bounced, Failed, Unknown, Suppressed, Cancelled];
}

internal static class MessageKind
{
    public const string Campaign = "campaign";
    public const string Test = "test";
    public const string Transactional = "transactional";
}

/// <summary>A message to one person: the log of it, and its place in the queue while it is not out. The engine writes it by SQL.</summary>
internal sealed class Message : ITenantOwned
{
    public const string Email = "email";

    public required Guid TenantId { get; init; }
    public required Guid Id { get; init; }
    public required string Channel { get; init; }
    public required string Kind { get; init; }
    public required Guid ChunkId { get; init; }
    public Guid? BatchId { get; init; }
    public string? TemplateKey { get; init; }
    public Guid? BrandId { get; init; }
    public Guid? CampaignId { get; init; }
    public Guid? CustomerId { get; init; }
    public Guid? LeadId { get; init; }
    public required string Address { get; init; }
    public string? DisplayName { get; init; }
    public required string Subject { get; init; }
    public required string Variables { get; init; }
    public string? Traceparent { get; init; }
    public required string Status { get; init; }
    public required string Provider { get; init; }
    public int Attempts { get; init; }
    public string? Error { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset NextAttemptAt { get; init; }
    public DateTimeOffset? FirstAttemptAt { get; init; }
    public Guid? ClaimJob { get; init; }
    public int? ClaimAttempt { get; init; }
    public DateTimeOffset? ClaimedAt { get; init; }
    public DateTimeOffset? SentAt { get; init; }
    public DateTimeOffset? OpenedAt { get; init; }
    public DateTimeOffset? ClickedAt { get; init; }
    public DateTimeOffset? UnsubscribedAt { get; init; }
    public int Opens { get; init; }
    public int Clicks { get; init; }
}

/// <summary>What a provider answered to one try.</summary>
internal sealed class DeliveryAttempt : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required Guid MessageId { get; init; }
    public required Guid Id { get; init; }
    public required DateTimeOffset At { get; init; }
    public required string Outcome { get; init; }
    public string? Response { get; init; }
    public required string Provider { get; init; }
    public required int DurationMs { get; init; }
}
