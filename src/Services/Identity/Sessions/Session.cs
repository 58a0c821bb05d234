namespace Tideline.Identity.Sessions;

/// <summary>
/// One sign-in of one person on one device; the family of the refresh tokens that follow each other. Ends after 30 days whatever happens, and
/// after 7 days without a refresh.
/// </summary>
internal sealed class Session
{
    public static readonly TimeSpan Life = TimeSpan.FromDays(30);
    public static readonly TimeSpan IdleLife = TimeSpan.FromDays(7);

    public Guid Id { get; init; } = Guid.CreateVersion7();
    /// <summary>The <c>sid</c> of its access tokens. Renewed when those that are out must stop although the session goes on.</summary>
    public Guid TokenSid { get; set; } = Guid.CreateVersion7();
    public required Guid UserId { get; init; }
    public Guid? ActiveTenantId { get; set; }
    public required string UserAgent { get; init; }
    public required string Ip { get; init; }
    /// <summary>Where the last refresh came from.</summary>
    public string LastIp { get; set; } = "";
    public string LastUserAgent { get; set; } = "";
    public byte[]? DeviceHash { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset LastSeenAt { get; set; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? EndedAt { get; set; }
    /// <summary><c>signed_out</c>, <c>revoked</c>, <c>token_reused</c>, <c>password_reset</c>, <c>password_changed</c> or <c>second_factor_on</c>.</summary>
    public string? EndReason { get; set; }

    public bool IsLive(DateTimeOffset now) => EndedAt is null && ExpiresAt > now;
}

/// <summary>One link in the chain of a session's refresh tokens. Only its hash is known here.</summary>
internal sealed class RefreshToken
{
    public required byte[] TokenHash { get; init; }
    public required Guid SessionId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? RotatedAt { get; set; }
}
