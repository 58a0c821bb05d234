using Tideline.Platform.Data;

namespace Tideline.Identity.Tenants;

/// <summary>A workspace. Its own id is its tenant id, so that row-level security guards the row itself as well.</summary>
internal sealed class Tenant : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required string Name { get; set; }
    public required string Country { get; set; }
    public required string TimeZone { get; set; }
    public required string Currency { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public uint Version { get; private set; }
}
