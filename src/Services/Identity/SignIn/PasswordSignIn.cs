using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tideline.Identity.Accounts;
using Tideline.Identity.SecondFactor;
using Tideline.Identity.Sessions;
using Tideline.Platform.Api;
using Tideline.Platform.Text;

namespace Tideline.Identity.SignIn;

/// <summary>Decides whether somebody who names an account and a password is its owner.</summary>
/// <remarks>
/// An account that does not exist costs the same queries and the same hashing, and gets the same answer. Works in the system scope.
/// </remarks>
internal sealed class PasswordSignIn(IdentityDb db, PasswordHashing hashing, SignInThrottle throttle, SecondFactors factors, TimeProvider clock)
{
    /// <summary>The account's owner: who knows the password and, when the account asks for one, shows a code.</summary>
    /// <exception cref="Problem">
    /// 401 <c>invalid_credentials</c>; with the right password only, 401 <c>second_factor_required</c> or <c>invalid_code</c>; 429 <c>too_many_attempts</c>.
    /// </exception>
    public async Task<User> CheckAsync(string email, string password, string? code, Client client, CancellationToken ct)
    {
        var key = EmailAddress.Parse(email).Canonical ?? email.Trim().ToLowerInvariant();
        var known = await db.Users.Where(u => u.EmailKey == key).Select(u => new
        {
            User = u,
            Device = db.Sessions.Any(s => s.UserId == u.Id && s.DeviceHash == client.DeviceHash && s.DeviceHash != null),
            Address = db.Sessions.Any(s => s.UserId == u.Id && s.Ip == client.Ip),
        }).SingleOrDefaultAsync(ct);
        var counts = SignInThrottle.CountsOf(key, client, known?.Device ?? false, known?.Address ?? false);
        await throttle.TakeAsync(counts, ct);
        var check = await hashing.VerifyAsync(password, known?.User.PasswordHash, ct);
        if (known is null || check == PasswordCheck.Wrong)
        {
            await RecordAsync(known?.User, key, "refused", client, ct);
            throw new Problem(StatusCodes.Status401Unauthorized, "invalid_credentials", "The e-mail address or the password is wrong.");
        }
        if (check == PasswordCheck.RightButWeak) known.User.PasswordHash = await hashing.HashAsync(password, ct);
        await throttle.ForgiveAsync(counts, ct);
        if (await factors.IsOnAsync(known.User.Id, ct)) await RequireCodeAsync(known.User, key, code, client, ct);
        await RecordAsync(known.User, key, "succeeded", client, ct);
        return known.User;
    }

    private async Task RequireCodeAsync(User user, string key, string? code, Client client, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(code))
        {
            await RecordAsync(user, key, "challenged", client, ct);
            throw new Problem(StatusCodes.Status401Unauthorized, "second_factor_required", "A code is needed besides the password.",
                "Send the same request with the code of the authenticator app, or a recovery code, as code.");
        }
        if (await factors.TakeAsync(user, code, client, ct)) return;
        await RecordAsync(user, key, "refused", client, ct);
        throw new Problem(StatusCodes.Status401Unauthorized, "invalid_code", "The code is not right, or was used already.");
    }

    /// <summary>Whether somebody who is signed in knows the account's password as well; before what an open screen alone must not be enough for.</summary>
    /// <exception cref="Problem">400 that names the field, or 429 <c>too_many_attempts</c>.</exception>
    public async Task<User> ConfirmAsync(Guid userId, string password, Client client, string field, CancellationToken ct)
    {
        var user = await db.Users.SingleAsync(u => u.Id == userId, ct);
        var counts = SignInThrottle.CountsOf("confirm " + user.EmailKey, client, isKnownDevice: false, isKnownAddress: false);
        await throttle.TakeAsync(counts, ct);
        if (await hashing.VerifyAsync(password, user.PasswordHash, ct) == PasswordCheck.Wrong) throw Problem.Invalid(field, "This is not your password.");
        await throttle.ForgiveAsync(counts, ct);
        return user;
    }

    private async Task RecordAsync(User? user, string key, string outcome, Client client, CancellationToken ct)
    {
        db.Add(new AccessAttempt
        {
            UserId = user?.Id,
            EmailKey = key.Length > 254 ? key[..254] : key,
            Outcome = outcome,
            Ip = client.Ip,
            UserAgent = client.UserAgent,
            At = clock.GetUtcNow(),
        });
        await db.SaveChangesAsync(ct);
    }
}
