using Tideline.Platform.Data;

namespace Tideline.Identity.CustomRoles;

/// <summary>A role that a workspace has made for itself: a set of permissions with a name.</summary>
internal sealed class CustomRole : ITenantOwned
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TenantId { get; init; }
    /// <summary>How memberships and invitations name it, so it never changes.</summary>
    public required string Name { get; init; }
    public required string Description { get; set; }
    public required string[] Permissions { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public uint Version { get; private set; }
}
