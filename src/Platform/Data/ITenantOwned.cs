namespace Tideline.Platform.Data;

/// <summary>A row of one tenant. Gets the query filter, and a primary key that begins with the tenant.</summary>
public interface ITenantOwned
{
    /// <summary>The tenant that owns the row.</summary>
    Guid TenantId { get; }
}
