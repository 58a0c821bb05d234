using Tideline.Contracts.Identity;
using Tideline.Identity.Accounts;
using Tideline.Platform.Data;

namespace Tideline.Identity.Members;

/// <summary>A person's place in a workspace. Stays when the person leaves, so that what they did keeps its author.</summary>
internal sealed class Membership : ITenantOwned
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TenantId { get; init; }
    public required Guid UserId { get; init; }
    public required string Role { get; set; }
    public required DateTimeOffset JoinedAt { get; set; }
    public DateTimeOffset? LeftAt { get; set; }

    /// <summary>Takes the person in again after they had left.</summary>
    public void Rejoin(string role, DateTimeOffset now) => (Role, JoinedAt, LeftAt) = (role, now, null);

    public MembershipChanged Changed(User user) =>
        new() { UserId = UserId, Email = user.Email, Name = user.Name, Role = Role, Active = LeftAt is null };
}
