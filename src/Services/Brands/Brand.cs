using Tideline.Contracts.Brands;
using Tideline.Platform.Data;

namespace Tideline.Brands;

/// <summary>Who is speaking: the look, the legal identity and the sender of a workspace's messages.</summary>
internal sealed class Brand : ITenantOwned
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TenantId { get; init; }
    public required string Name { get; set; }
    public bool IsDefault { get; set; }
    public string PrimaryColor { get; set; } = "#0b7285";
    public string AccentColor { get; set; } = "#f08c00";
    public string? LogoUrl { get; set; }
    public string FontFamily { get; set; } = "Inter, Helvetica, Arial, sans-serif";
    public string? Voice { get; set; }
    public required string LegalName { get; set; }
    public string PostalAddress { get; set; } = "";
    public string? WebsiteUrl { get; set; }
    public string Language { get; set; } = "en";
    public required string FromName { get; set; }
    public required string FromEmail { get; set; }
    public string? ReplyTo { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; set; }
    public uint Version { get; private set; }

    public BrandUpdated Updated() => new() { BrandId = Id, Name = Name, IsDefault = IsDefault };
}
