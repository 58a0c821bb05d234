using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Tideline.Identity.Accounts;
using Tideline.Identity.Sessions;
using Tideline.Identity.SignIn;
using Tideline.Identity.Tokens;
using Tideline.Platform.Api;

namespace Tideline.Identity.SecondFactor;

/// <summary>Knows who must show a code besides the password, and checks it. Works in the system scope.</summary>
internal sealed class SecondFactors(IdentityDb db, KeyEncryption encryption, SignInThrottle throttle, TimeProvider clock)
{
    public const int RecoveryCodes = 10;
    // Without letters and digits that are mistaken for each other. 10 of 31 are 49 bits: no guess online, and the hashes are keyed.
    private const string RecoveryAlphabet = "abcdefghjkmnpqrstuvwxyz23456789";
    private const int RecoveryLength = 10;

    /// <summary>Whether the person is asked for a code.</summary>
    public Task<bool> IsOnAsync(Guid userId, CancellationToken ct) => db.TotpFactors.AnyAsync(f => f.UserId == userId && f.ConfirmedAt != null, ct);

    /// <summary>
    /// Whether a code of the app or a recovery code is right; a right one is used up. Counted before it is looked at, in counts of their own: a
    /// right password does not clear them.
    /// </summary>
    /// <exception cref="Problem">429 <c>too_many_attempts</c>.</exception>
    public async Task<bool> TakeAsync(User user, string code, Client client, CancellationToken ct)
    {
        var known = await db.Users.Where(u => u.Id == user.Id).Select(u => new
        {
            Device = db.Sessions.Any(s => s.UserId == u.Id && s.DeviceHash == client.DeviceHash && s.DeviceHash != null),
            Address = db.Sessions.Any(s => s.UserId == u.Id && s.Ip == client.Ip),
        }).SingleAsync(ct);
        var counts = SignInThrottle.CountsOf("code " + user.EmailKey, client, known.Device, known.Address);
        await throttle.TakeAsync(counts, ct);
        if (!await TryUseAsync(user.Id, Plain(code), ct)) return false;
        await throttle.ForgiveAsync(counts, ct);
        return true;
    }

    /// <summary>A new secret that waits for its first code. One that waited before is forgotten.</summary>
    public async Task<byte[]> BeginAsync(User user, CancellationToken ct)
    {
        if (await IsOnAsync(user.Id, ct)) throw Problem.Conflict("second_factor_on", "You use an authenticator app already.", "Remove it first.");
        await db.TotpFactors.Where(f => f.UserId == user.Id && f.ConfirmedAt == null).ExecuteDeleteAsync(ct);
        var secret = RandomNumberGenerator.GetBytes(Totp.SecretSize);
        db.Add(new TotpFactor { UserId = user.Id, Secret = encryption.Wrap(secret, Owner(user.Id)), CreatedAt = clock.GetUtcNow() });
        await db.SaveChangesAsync(ct);
        return secret;
    }

    /// <summary>The app has shown its first code: it is asked for from now on.</summary>
    /// <returns>Recovery codes, which nobody can show again.</returns>
    public async Task<IReadOnlyList<string>> ConfirmAsync(User user, string code, CancellationToken ct)
    {
        var factor = (await db.TotpFactors.FromSql($"select * from totp_factor where user_id = {user.Id} for update").ToListAsync(ct)).SingleOrDefault();
        if (factor is null) throw Problem.Conflict("second_factor_not_begun", "There is no authenticator app to confirm.", "Begin again.");
        if (factor.ConfirmedAt is not null) throw Problem.Conflict("second_factor_on", "You use an authenticator app already.");
        if (SecretOf(factor) is not { } secret || Totp.StepOf(Plain(code), secret, clock.GetUtcNow(), factor.LastStep) is not { } step)
            throw Problem.Invalid("code", "This is not the code that the app shows now. Check that your phone's clock is right.");
        (factor.ConfirmedAt, factor.LastStep) = (clock.GetUtcNow(), step);
        return await ReplaceCodesAsync(user, ct);
    }

    /// <summary>Recovery codes in the place of those before; stored by the caller's <c>SaveChanges</c>.</summary>
    public async Task<IReadOnlyList<string>> ReplaceCodesAsync(User user, CancellationToken ct)
    {
        await db.RecoveryCodes.Where(c => c.UserId == user.Id).ExecuteDeleteAsync(ct);
        var codes = Enumerable.Range(0, RecoveryCodes).Select(_ => RandomNumberGenerator.GetString(RecoveryAlphabet, RecoveryLength)).ToList();
        foreach (var code in codes) db.Add(new RecoveryCode { UserId = user.Id, CodeHash = HashOf(user.Id, code), CreatedAt = clock.GetUtcNow() });
        return [.. codes.Select(c => $"{c[..5]}-{c[5..]}")];
    }

    private async Task<bool> TryUseAsync(Guid userId, string code, CancellationToken ct)
    {
        var factor = await db.TotpFactors.AsNoTracking().SingleOrDefaultAsync(f => f.UserId == userId && f.ConfirmedAt != null, ct);
        if (factor is null) return false;
        var now = clock.GetUtcNow();
        if (code.Length == Totp.Digits)
        {
            if (SecretOf(factor) is not { } secret || Totp.StepOf(code, secret, now, factor.LastStep) is not { } step) return false;
            // One statement: the same code twice at the same moment is taken once.
            return await db.TotpFactors.Where(f => f.UserId == userId && f.LastStep < step).ExecuteUpdateAsync(set => set.SetProperty(f => f.LastStep, step), ct) == 1;
        }
        var hash = HashOf(userId, code);
        return await db.RecoveryCodes.Where(c => c.UserId == userId && c.CodeHash == hash && c.UsedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.UsedAt, now), ct) == 1;
    }

    private byte[]? SecretOf(TotpFactor factor) => encryption.Unwrap(factor.Secret, Owner(factor.UserId));

    private byte[] HashOf(Guid userId, string code) => encryption.RecoveryHashOf(Encoding.UTF8.GetBytes($"{userId} {code}"));

    private static string Owner(Guid userId) => "totp " + userId;

    // As people type and paste them: "123 456", "ABCDE-23456".
    private static string Plain(string code) => new([.. code.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant)]);
}
