namespace Tideline.Identity.Tokens;

/// <summary>A key pair that signs access tokens; its private half is stored encrypted.</summary>
internal sealed class SigningKey
{
    public required string Kid { get; init; }
    public required string X { get; init; }
    public required string Y { get; init; }
    public required byte[] PrivateKey { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>Published before it signs.</summary>
    public required DateTimeOffset SignsFrom { get; init; }
    /// <summary>Published until then; absent while no later key replaces it.</summary>
    public DateTimeOffset? EndsAt { get; set; }
}
