using Tideline.Platform.Data;

namespace Tideline.Identity.ApiKeys;

/// <summary>What a program of a member's sends instead of a person's token. Only its hash is known here.</summary>
internal sealed class ApiKey : ITenantOwned
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TenantId { get; init; }
    public required Guid UserId { get; init; }
    public required string Name { get; init; }
    public required string Prefix { get; init; }
    public required byte[] KeyHash { get; init; }
    public required string[] Permissions { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? LastUsedAt { get; set; }
    public DateTimeOffset? RevokedAt { get; set; }
}
