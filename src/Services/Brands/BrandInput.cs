using System.ComponentModel.DataAnnotations;

namespace Tideline.Brands;

/// <summary>
/// A brand as a client states it. In an edit, what is absent stays as it is, and null empties what may be empty; so each of those members knows
/// whether it was there.
/// </summary>
public sealed record BrandInput
{
    /// <summary>What the workspace calls it.</summary>
    [MaxLength(200)] public string? Name { get; init; }
    /// <summary>Used where nothing else is chosen. True takes it from the brand that has it.</summary>
    public bool? IsDefault { get; init; }
    /// <summary>#rrggbb: buttons and links.</summary>
    [MaxLength(7)] public string? PrimaryColor { get; init; }
    /// <summary>#rrggbb.</summary>
    [MaxLength(7)] public string? AccentColor { get; init; }
    /// <summary>https address of a picture, or a PNG, JPEG, GIF or WebP of at most 64 KiB as data: URL.</summary>
    [MaxLength(100_000)] public string? LogoUrl { get; init { field = value; StatesLogoUrl = true; } }
    /// <summary>CSS font family.</summary>
    [MaxLength(200)] public string? FontFamily { get; init; }
    /// <summary>How the brand speaks, for people and machines that write for it.</summary>
    [MaxLength(5_000)] public string? Voice { get; init { field = value; StatesVoice = true; } }
    /// <summary>Legal name, in the footer.</summary>
    [MaxLength(300)] public string? LegalName { get; init; }
    /// <summary>Postal address, in the footer; commercial e-mail must carry one.</summary>
    [MaxLength(1_000)] public string? PostalAddress { get; init; }
    /// <summary>http or https address.</summary>
    [MaxLength(2_000)] public string? WebsiteUrl { get; init { field = value; StatesWebsiteUrl = true; } }
    /// <summary>BCP 47 tag: sv, pt-BR.</summary>
    [MaxLength(35)] public string? Language { get; init; }
    /// <summary>From whom messages come.</summary>
    public SenderInput? Sender { get; init; }

    internal bool StatesLogoUrl { get; private init; }
    internal bool StatesVoice { get; private init; }
    internal bool StatesWebsiteUrl { get; private init; }
}

/// <summary>The sender of e-mail; absent members stay as they are.</summary>
public sealed record SenderInput
{
    /// <summary>Shown name.</summary>
    [MaxLength(200)] public string? FromName { get; init; }
    /// <summary>E-mail address.</summary>
    [MaxLength(254)] public string? FromEmail { get; init; }
    /// <summary>Where answers go, when not to the sender.</summary>
    [MaxLength(254)] public string? ReplyTo { get; init { field = value; StatesReplyTo = true; } }

    internal bool StatesReplyTo { get; private init; }
}

/// <summary>A brand.</summary>
public sealed record BrandView(
    Guid Id, string Name, bool IsDefault, string PrimaryColor, string AccentColor, string? LogoUrl, string FontFamily, string? Voice, string LegalName,
    string PostalAddress, string? WebsiteUrl, string Language, SenderView Sender, uint Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    internal static BrandView Of(Brand b) => new(
        b.Id, b.Name, b.IsDefault, b.PrimaryColor, b.AccentColor, b.LogoUrl, b.FontFamily, b.Voice, b.LegalName, b.PostalAddress, b.WebsiteUrl, b.Language,
        new SenderView(b.FromName, b.FromEmail, b.ReplyTo), b.Version, b.CreatedAt, b.UpdatedAt);
}

/// <summary>The sender of e-mail.</summary>
public sealed record SenderView(string FromName, string FromEmail, string? ReplyTo);
