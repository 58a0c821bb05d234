using Tideline.Platform.Data;

namespace Tideline.Notifications.Sandbox;

/// <summary>A message that the sandbox caught, as it would have gone out.</summary>
internal sealed class SandboxMessage : ITenantOwned
{
    public required Guid TenantId { get; init; }
    /// <summary>Of the message.</summary>
    public required Guid Id { get; init; }
    public Guid? CampaignId { get; init; }
    public required string ToAddress { get; init; }
    public required string FromAddress { get; init; }
    public required string Subject { get; init; }
    public required string Preview { get; init; }
    public required string Html { get; init; }
    public required string Text { get; init; }
    public string? UnsubscribeUrl { get; init; }
    public required byte[] Raw { get; init; }
    public required DateTimeOffset At { get; init; }
}
