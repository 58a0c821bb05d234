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
    public async ValueTask<AccessToken?> ValidateAsync(string token, CancellationToken ct)
    {
        if (token.Length is 0 or > MaxLength) return null;
        if (!_verified.TryGetValue(token, out var known))
        {
            known = await VerifyAsync(token, ct);
            if (known is null) return null;
            if (_verified.Count >= CacheSize) _verified.Clear();
            _verified[token] = known;
        }
        if (known.ExpiresAt + Skew < clock.GetUtcNow())
        {
            _verified.TryRemove(token, out _);
            return null;
        }
        return known.SessionId is { } session && revoked.Contains(session) ? null : known;
    }

    private async ValueTask<AccessToken?> VerifyAsync(string token, CancellationToken ct)
    {
        var parts = token.Split('.');
        if (parts.Length != 3) return null;
        try
        {
            using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0]), Strict);
            if (Text(header, "alg") != "ES256" || Text(header, "typ") != TokenType || Text(header, "kid") is not { Length: > 0 and < 100 } kid) return null;
            if (header.RootElement.TryGetProperty("crit", out _)) return null;
            var signature = Base64Url.DecodeFromChars(parts[2]);
            if (signature.Length != 64 || await keys.FindAsync(kid, ct) is not { } key) return null;
            var signed = Encoding.ASCII.GetBytes(token, 0, parts[0].Length + 1 + parts[1].Length);
            if (!key.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)) return null;
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]), Strict);
            return Read(claims);
        }
        catch (Exception e) when (e is FormatException or JsonException or CryptographicException or InvalidOperationException)
        {
            return null;
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
