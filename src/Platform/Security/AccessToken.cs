using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Tideline.Platform.Security;

/// <summary>What an access token says, once its signature has been checked.</summary>
public sealed record AccessToken
{
    /// <summary>The user id, or the name of the calling service.</summary>
    public required string Subject { get; init; }
    /// <summary><c>user</c> or <c>service</c>.</summary>
    public required string Kind { get; init; }
    /// <summary>Unique id of the token.</summary>
    public required string Id { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public Guid? TenantId { get; init; }
    public Guid? SessionId { get; init; }
    public string? Role { get; init; }
    public IReadOnlyList<string> Permissions { get; init; } = [];
}

/// <summary>What came of checking a token.</summary>
public enum TokenState
{
    /// <summary>To be trusted.</summary>
    Valid,
    /// <summary>It may have been good once: it has expired, was revoked, or was signed by a key that is not known any more.</summary>
    Stale,
    /// <summary>We never made it.</summary>
    Forged,
}

/// <summary>
/// Checks access tokens locally (RFC 7519 with ES256, hardened as RFC 8725 says): one algorithm, our type, our issuer and audience,
/// a key of our own key set, and nothing taken from the token's header but the key's id.
/// </summary>
public sealed class AccessTokenValidator(SigningKeys keys, RevokedSessions revoked, TimeProvider clock)
{
    /// <summary>The <c>iss</c> claim.</summary>
    public const string Issuer = "tideline";
    /// <summary>The <c>aud</c> claim.</summary>
    public const string Audience = "tideline-api";
    /// <summary>The <c>typ</c> header (RFC 9068).</summary>
    public const string TokenType = "at+jwt";
    private const int MaxLength = 8192;
    private const int CacheSize = 10_000;
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    // A verified token is verified until it ends: a look-up costs a hundredth of the signature check.
    private readonly ConcurrentDictionary<string, AccessToken> _verified = new(StringComparer.Ordinal);

    /// <summary>The token's content, or null when it is not to be trusted.</summary>
    public async ValueTask<AccessToken?> ValidateAsync(string token, CancellationToken ct) =>
        await CheckAsync(token, ct) is (TokenState.Valid, var valid) ? valid : null;

    /// <summary>Whether the token has been checked before, so that checking it costs nothing.</summary>
    public bool Remembers(string token) => _verified.ContainsKey(token);

    /// <summary>The token's content when it is to be trusted, and why not otherwise.</summary>
    public async ValueTask<(TokenState State, AccessToken? Token)> CheckAsync(string token, CancellationToken ct)
    {
        if (token.Length is 0 or > MaxLength) return (TokenState.Forged, null);
        if (!_verified.TryGetValue(token, out var known))
        {
            (var state, known) = await VerifyAsync(token, ct);
            if (known is null) return (state, null);
            if (_verified.Count >= CacheSize) _verified.Clear();
            _verified[token] = known;
        }
        if (known.ExpiresAt + Skew < clock.GetUtcNow())
        {
            _verified.TryRemove(token, out _);
            return (TokenState.Stale, null);
        }
        return known.SessionId is { } session && revoked.Contains(session) ? (TokenState.Stale, null) : (TokenState.Valid, known);
    }

    private async ValueTask<(TokenState, AccessToken?)> VerifyAsync(string token, CancellationToken ct)
    {
        var forged = (TokenState.Forged, (AccessToken?)null);
        var parts = token.Split('.');
        if (parts.Length != 3) return forged;
        try
        {
            using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0]), Strict);
            if (Text(header, "alg") != "ES256" || Text(header, "typ") != TokenType || Text(header, "kid") is not { Length: > 0 and < 100 } kid) return forged;
            if (header.RootElement.TryGetProperty("crit", out _)) return forged;
            var signature = Base64Url.DecodeFromChars(parts[2]);
            if (signature.Length != 64) return forged;
            if (await keys.FindAsync(kid, ct) is not { } key) return (TokenState.Stale, null);
            var signed = Encoding.ASCII.GetBytes(token, 0, parts[0].Length + 1 + parts[1].Length);
            if (!key.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)) return forged;
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]), Strict);
            return Read(claims) is { } content ? (TokenState.Valid, content) : forged;
        }
        catch (Exception e) when (e is FormatException or JsonException or CryptographicException or InvalidOperationException)
        {
            return forged;
        }
    }

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    private AccessToken? Read(JsonDocument claims)
    {
        var root = claims.RootElement;
        if (Text(claims, "iss") != Issuer || Text(claims, "aud") != Audience) return null;
        if (Text(claims, "sub") is not { Length: > 0 } subject || Text(claims, "kind") is not ("user" or "service") || Text(claims, "jti") is not { Length: > 0 } id) return null;
        if (!root.TryGetProperty("exp", out var exp) || exp.ValueKind != JsonValueKind.Number || !exp.TryGetInt64(out var seconds) || seconds is < 0 or > 253402300799) return null;
        if (root.TryGetProperty("nbf", out var nbf) && (!nbf.TryGetInt64(out var from) || DateTimeOffset.FromUnixTimeSeconds(from) - Skew > clock.GetUtcNow())) return null;
        return new AccessToken
        {
            Subject = subject,
            Kind = Text(claims, "kind")!,
            Id = id,
            ExpiresAt = DateTimeOffset.FromUnixTimeSeconds(seconds),
            TenantId = Text(claims, "tid") is { } tenant ? Guid.Parse(tenant) : null,
            SessionId = Text(claims, "sid") is { } session ? Guid.Parse(session) : null,
            Role = Text(claims, "role"),
            Permissions = root.TryGetProperty("permissions", out var permissions) ? [.. permissions.EnumerateArray().Select(p => p.GetString()!)] : [],
        };
    }

    private static string? Text(JsonDocument document, string name) =>
        document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
