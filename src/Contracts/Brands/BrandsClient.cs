namespace Tideline.Contracts.Brands;

/// <summary>What other services ask brands: how a message is to look and from whom it comes.</summary>
public sealed class BrandsClient(HttpClient http)
{
    /// <summary>A brand of the tenant; null when there is no such one.</summary>
    public Task<BrandSummary?> FindAsync(Guid id, CancellationToken ct) => http.GetOrNullAsync<BrandSummary>($"/internal/brands/brands/{id}", ct);

    /// <summary>The tenant's default brand; null only in the moment between a workspace's opening and its first brand.</summary>
    public Task<BrandSummary?> DefaultAsync(CancellationToken ct) => http.GetOrNullAsync<BrandSummary>("/internal/brands/brands/default", ct);
}

/// <summary>A brand as other services use it.</summary>
public sealed record BrandSummary
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public required bool IsDefault { get; init; }
    /// <summary>#rrggbb.</summary>
    public required string PrimaryColor { get; init; }
    /// <summary>#rrggbb.</summary>
    public required string AccentColor { get; init; }
    /// <summary>An https address or a small data: URL.</summary>
    public string? LogoUrl { get; init; }
    public required string FontFamily { get; init; }
    public string? Voice { get; init; }
    public required string LegalName { get; init; }
    /// <summary>May have several lines, and may be empty while the workspace has not said it.</summary>
    public required string PostalAddress { get; init; }
    public string? WebsiteUrl { get; init; }
    /// <summary>BCP 47.</summary>
    public required string Language { get; init; }
    public required string FromName { get; init; }
    public required string FromEmail { get; init; }
    public string? ReplyTo { get; init; }
}
