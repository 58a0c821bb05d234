namespace Tideline.Notifications.Templates;

/// <summary>How a brand looks and signs in e-mail.</summary>
internal sealed record BrandLook
{
    public required string Name { get; init; }

    public string? PrimaryColor { get; init; }

    public string? AccentColor { get; init; }

    /// <summary>Absolute http address of an image; it is shown at most 48 pixels high.</summary>
    public string? LogoUrl { get; init; }

    public string? FontFamily { get; init; }

    public string? LegalName { get; init; }

    public string? PostalAddress { get; init; }

    public string? WebsiteUrl { get; init; }

    /// <summary>A BCP 47 tag such as "sv" or "pt-BR".</summary>
    public string Language { get; init; } = "en";
}
