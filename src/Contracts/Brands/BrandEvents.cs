namespace Tideline.Contracts.Brands;

/// <summary>A brand was made or changed; whoever keeps a copy of its look should fetch it again.</summary>
[Event("brand.updated")]
public sealed record BrandUpdated : IEvent
{
    public required Guid BrandId { get; init; }
    public required string Name { get; init; }
    public required bool IsDefault { get; init; }
    public string Key => BrandId.ToString();
}
