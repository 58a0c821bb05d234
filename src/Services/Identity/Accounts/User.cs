namespace Tideline.Identity.Accounts;

/// <summary>A person with an account. Global: the same person may be a member of many workspaces.</summary>
internal sealed class User
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required string Email { get; set; }
    public required string EmailKey { get; set; }
    public required string Name { get; set; }
    public string? PasswordHash { get; set; }
    public DateTimeOffset? EmailVerifiedAt { get; set; }
    public bool IsOperator { get; init; }
    public Guid? LastTenantId { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
}
