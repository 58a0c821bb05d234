namespace Tideline.Identity.SecondFactor;

/// <summary>A person's authenticator app.</summary>
internal sealed class TotpFactor
{
    public required Guid UserId { get; init; }
    /// <summary>Encrypted.</summary>
    public required byte[] Secret { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>When the first code proved that the app has the secret. Before, nobody is asked for a code.</summary>
    public DateTimeOffset? ConfirmedAt { get; set; }
    public long LastStep { get; set; }
}

/// <summary>Stands in for the app once. Only a keyed hash of it is known here.</summary>
internal sealed class RecoveryCode
{
    public required Guid UserId { get; init; }
    public required byte[] CodeHash { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? UsedAt { get; set; }
}
