using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Tideline.Platform.Api;

namespace Tideline.Identity.Accounts;

/// <summary>
/// PBKDF2-HMAC-SHA512 as <c>pbkdf2-sha512$rounds$salt$hash</c>, over the exact bytes that were typed. A hash costs a core a good part of a
/// second, so only as many run at once as there are cores, and a queue that has grown long refuses instead of growing.
/// </summary>
internal sealed class PasswordHashing(IOptions<IdentityOptions> options) : IDisposable
{
    private const string Scheme = "pbkdf2-sha512";
    private const int MaxWaiting = 200;
    private readonly SemaphoreSlim _cores = new(Environment.ProcessorCount);
    private readonly int _iterations = options.Value.PasswordIterations;
    private int _waiting;

    /// <summary>A new hash with a salt of its own.</summary>
    public async Task<string> HashAsync(string password, CancellationToken ct)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        var hash = await DeriveAsync(password, salt, _iterations, ct);
        return $"{Scheme}${_iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}";
    }

    /// <summary>
    /// Whether the password is the one behind the hash. Without a hash (no such account) the same work is done for nothing, so that the time of
    /// the answer does not tell which it was.
    /// </summary>
    public async Task<PasswordCheck> VerifyAsync(string password, string? stored, CancellationToken ct)
    {
        if (stored?.Split('$') is not [Scheme, var rounds, var salt, var hash] || !int.TryParse(rounds, CultureInfo.InvariantCulture, out var iterations))
        {
            await DeriveAsync(password, new byte[16], _iterations, ct);
            return PasswordCheck.Wrong;
        }
        var derived = await DeriveAsync(password, Convert.FromBase64String(salt), iterations, ct);
        if (!CryptographicOperations.FixedTimeEquals(derived, Convert.FromBase64String(hash))) return PasswordCheck.Wrong;
        return iterations < _iterations ? PasswordCheck.RightButWeak : PasswordCheck.Right;
    }

    public void Dispose() => _cores.Dispose();

    private async Task<byte[]> DeriveAsync(string password, byte[] salt, int iterations, CancellationToken ct)
    {
        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw new Problem(StatusCodes.Status503ServiceUnavailable, "temporarily_unavailable", "Too many people are signing in at this moment.", "Try again in a moment.");
        }
        try
        {
            await _cores.WaitAsync(ct);
            try
            {
                return await Task.Run(
                    () => Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, iterations, HashAlgorithmName.SHA512, 32), CancellationToken.None);
            }
            finally
            {
                _cores.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}

/// <summary>What a comparison of a password said.</summary>
internal enum PasswordCheck
{
    Wrong,
    Right,
    /// <summary>Right, but hashed with fewer rounds than are used now.</summary>
    RightButWeak,
}
