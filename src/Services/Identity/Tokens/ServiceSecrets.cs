using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace Tideline.Identity.Tokens;

/// <summary>The secrets with which services of the platform prove who they are, <c>Services:{name}:Secret</c>.</summary>
internal sealed class ServiceSecrets(IConfiguration configuration)
{
    private const int MinLength = 16;
    // Compared with when there is no such service: same work, and nothing equals it.
    private readonly string _nobodys = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Reads an <c>Authorization: Basic</c> header (RFC 7617).</summary>
    /// <returns>The service whose secret it carries, or null.</returns>
    public string? Authenticate(string authorization)
    {
        if (!authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) || authorization.Length > 1000) return null;
        Span<byte> decoded = stackalloc byte[1000];
        if (!Convert.TryFromBase64String(authorization[6..].Trim(), decoded, out var length)) return null;
        var pair = Encoding.UTF8.GetString(decoded[..length]).Split(':', 2);
        if (pair is not [var service, var secret] || !IsName(service)) return null;
        var expected = configuration[$"Services:{service}:Secret"];
        var isRight = CryptographicOperations.FixedTimeEquals(Hash(secret), Hash(expected is { Length: >= MinLength } ? expected : _nobodys));
        return isRight ? service : null;
    }

    // A name with ':' would read another place of the configuration.
    private static bool IsName(string service) => service.Length is > 0 and <= 40 && service.All(c => char.IsAsciiLetterLower(c) || c is '-');

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
