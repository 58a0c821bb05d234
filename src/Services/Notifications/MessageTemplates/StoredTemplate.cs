using Tideline.Platform.Data;

namespace Tideline.Notifications.MessageTemplates;

/// <summary>A template that a tenant has made, or its own words for one of the platform's.</summary>
internal sealed class StoredTemplate : ITenantOwned
{
    public const string DefaultLanguage = "en";

    public required Guid TenantId { get; init; }
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required string Key { get; init; }
    public required string Language { get; init; }
    public required string Channel { get; init; }
    public required string Name { get; set; }
    public required string Subject { get; set; }
    public required string Html { get; set; }
    public string? Text { get; set; }
    public Guid? UpdatedBy { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; set; }
    public uint Version { get; init; }
}
