namespace Tideline.Identity.Tenants;

/// <summary>A workspace.</summary>
/// <param name="Country">ISO 3166 alpha-2; the country of phone numbers typed without one.</param>
/// <param name="TimeZone">IANA zone.</param>
/// <param name="Currency">ISO 4217.</param>
public sealed record TenantView(Guid Id, string Name, string Country, string TimeZone, string Currency, DateTimeOffset CreatedAt, uint Version)
{
    internal static TenantView Of(Tenant t) => new(t.TenantId, t.Name, t.Country, t.TimeZone, t.Currency, t.CreatedAt, t.Version);
}
