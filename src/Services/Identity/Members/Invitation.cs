using Tideline.Platform.Data;

namespace Tideline.Identity.Members;

/// <summary>A place in a workspace that waits for somebody to take it, once, before it expires.</summary>
internal sealed class Invitation : ITenantOwned
{
    public static readonly TimeSpan Life = TimeSpan.FromDays(7);

    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TenantId { get; init; }
    public required string Email { get; init; }
    public required string EmailKey { get; init; }
    public required string Role { get; init; }
    public required byte[] TokenHash { get; init; }
    public required Guid InvitedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? AcceptedAt { get; set; }
    public DateTimeOffset? RevokedAt { get; set; }

    public bool IsOpen(DateTimeOffset now) => AcceptedAt is null && RevokedAt is null && ExpiresAt > now;
}
