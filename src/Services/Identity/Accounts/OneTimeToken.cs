namespace Tideline.Identity.Accounts;

/// <summary>What a link in an e-mail carries: good for one deed of one person, once, for a while. Only its hash is known here.</summary>
internal sealed class OneTimeToken
{
    public required byte[] TokenHash { get; init; }
    public required Guid UserId { get; init; }
    public required string Purpose { get; init; }
    /// <summary>The address that the link proves.</summary>
    public string? Email { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? EndedAt { get; set; }
}

/// <summary>What a token is good for, and for how long.</summary>
internal sealed record TokenPurpose(string Name, TimeSpan Life)
{
    public static readonly TokenPurpose PasswordReset = new("password_reset", TimeSpan.FromMinutes(30));
    public static readonly TokenPurpose Email = new("email", TimeSpan.FromHours(24));
}
