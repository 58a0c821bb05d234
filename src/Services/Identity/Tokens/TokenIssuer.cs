using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tideline.Platform.Security;

namespace Tideline.Identity.Tokens;

/// <summary>Makes access tokens: JWTs (RFC 9068) signed with ES256, so that every service can check them and none can make them.</summary>
internal sealed class TokenIssuer(SigningKeyRing keys, TimeProvider clock)
{
    /// <summary>Time from issue to end.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    /// <summary>When the last token issued until now is refused by everybody, whatever clock they have.</summary>
    public static DateTimeOffset AllEnded(DateTimeOffset now) => now + Life + TimeSpan.FromMinutes(1);

    /// <summary>A token of a person, at work in a workspace or in none.</summary>
    public ValueTask<string> ForUserAsync(Guid userId, Guid sid, Guid? tenantId, string? role, IEnumerable<string> permissions, CancellationToken ct) =>
        SignAsync(claims =>
        {
            claims.WriteString("sub", userId);
            claims.WriteString("kind", "user");
            claims.WriteString("sid", sid);
            if (tenantId is { } tenant) claims.WriteString("tid", tenant);
            if (role is not null) claims.WriteString("role", role);
            claims.WriteStartArray("permissions");
            foreach (var permission in permissions) claims.WriteStringValue(permission);
            claims.WriteEndArray();
        }, ct);

    /// <summary>A token of a service: says who calls, and nothing of what it may do. That each endpoint decides.</summary>
    public ValueTask<string> ForServiceAsync(string service, CancellationToken ct) => SignAsync(claims =>
    {
        claims.WriteString("sub", service);
        claims.WriteString("kind", "service");
    }, ct);

    private async ValueTask<string> SignAsync(Action<Utf8JsonWriter> write, CancellationToken ct)
    {
        var key = await keys.CurrentAsync(ct);
        var now = clock.GetUtcNow();
        var payload = new ArrayBufferWriter<byte>(1024);
        using (var claims = new Utf8JsonWriter(payload))
        {
            claims.WriteStartObject();
            claims.WriteString("iss", AccessTokenValidator.Issuer);
            claims.WriteString("aud", AccessTokenValidator.Audience);
            claims.WriteString("jti", Guid.CreateVersion7());
            claims.WriteNumber("iat", now.ToUnixTimeSeconds());
            claims.WriteNumber("exp", (now + Life).ToUnixTimeSeconds());
            write(claims);
            claims.WriteEndObject();
        }
        var header = $$"""{"alg":"ES256","typ":"{{AccessTokenValidator.TokenType}}","kid":"{{key.Kid}}"}""";
        var signed = Base64Url.EncodeToString(Encoding.ASCII.GetBytes(header)) + "." + Base64Url.EncodeToString(payload.WrittenSpan);
        byte[] signature;
        lock (key.Private) // one key object is not made for many threads
        {
            signature = key.Private.SignData(
                Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        return signed + "." + Base64Url.EncodeToString(signature);
    }
}
