using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Tideline.Identity.Tokens;

/// <summary>What is derived from the configured secret: the key that wraps private keys and other secrets, the chain of refresh tokens, and hashes of recovery codes.</summary>
internal sealed class KeyEncryption(IOptions<IdentityOptions> options)
{
    private const int NonceSize = 12, TagSize = 16;
    private readonly byte[] _wrapping = Derive(options, "tideline identity: private keys");
    private readonly byte[] _chain = Derive(options, "tideline identity: refresh tokens");
    private readonly byte[] _recovery = Derive(options, "tideline identity: recovery codes");

    /// <summary>AES-256-GCM, bound to the id of the key so that rows cannot be swapped.</summary>
    public byte[] Wrap(byte[] privateKey, string kid)
    {
        var wrapped = new byte[NonceSize + TagSize + privateKey.Length];
        RandomNumberGenerator.Fill(wrapped.AsSpan(0, NonceSize));
        using var aes = new AesGcm(_wrapping, TagSize);
        aes.Encrypt(
            wrapped.AsSpan(0, NonceSize), privateKey, wrapped.AsSpan(NonceSize + TagSize), wrapped.AsSpan(NonceSize, TagSize), Encoding.UTF8.GetBytes(kid));
        return wrapped;
    }

    /// <summary>The private key, or null when it was wrapped under another secret.</summary>
    public byte[]? Unwrap(byte[] wrapped, string kid)
    {
        var plain = new byte[wrapped.Length - NonceSize - TagSize];
        using var aes = new AesGcm(_wrapping, TagSize);
        try
        {
            aes.Decrypt(
                wrapped.AsSpan(0, NonceSize), wrapped.AsSpan(NonceSize + TagSize), wrapped.AsSpan(NonceSize, TagSize), plain, Encoding.UTF8.GetBytes(kid));
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <summary>The one successor of a refresh token. Known from the token and the secret together, from neither alone.</summary>
    public byte[] SuccessorOf(ReadOnlySpan<byte> refreshToken) => HMACSHA256.HashData(_chain, refreshToken);

    /// <summary>A hash that nobody can guess a short code from without the secret.</summary>
    public byte[] RecoveryHashOf(ReadOnlySpan<byte> userAndCode) => HMACSHA256.HashData(_recovery, userAndCode);

    private static byte[] Derive(IOptions<IdentityOptions> options, string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(options.Value.KeyEncryptionSecret), 32, info: Encoding.UTF8.GetBytes(purpose));
}
