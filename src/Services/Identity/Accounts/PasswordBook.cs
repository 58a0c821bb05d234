using Tideline.Contracts.Identity;
using Tideline.Identity.Sessions;
using Tideline.Identity.SignIn;
using Tideline.Platform.Api;
using Tideline.Platform.Text;

namespace Tideline.Identity.Accounts;

/// <summary>Gives people new passwords. Works in the system scope.</summary>
internal sealed class PasswordBook(
    IdentityDb db, OneTimeTokens tokens, PasswordHashing hashing, PasswordSignIn signIn, SignInThrottle throttle, SessionBook sessions, AccountMail mail, TimeProvider clock)
{
    /// <summary>
    /// Somebody says that they forgot the password of an account. Whether there is one is not even looked up here: the same is done for every
    /// address, and <see cref="SendPasswordReset"/> finds out later.
    /// </summary>
    public async Task ForgetAsync(string email, Client client, CancellationToken ct)
    {
        var address = EmailAddress.Parse(email);
        if (address.Canonical is not { } key) throw Problem.Invalid("email", address.Reason!);
        await throttle.TakeAsync([new ThrottleCount($"forgot:{client.Ip}", 30)], ct);
        db.Publish(new PasswordResetRequested { Email = key }, null);
        await db.SaveChangesAsync(ct);
    }

    /// <summary>Sets the password of whoever has the mailbox. Everything that the old one opened is closed.</summary>
    public async Task ResetAsync(string token, string password, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var (user, _) = await tokens.TakeAsync(token, TokenPurpose.PasswordReset, ct);
        await SetAsync(user, password, "password", "password_reset", ct);
        // The link came through the mailbox: the address is theirs.
        user.EmailVerifiedAt ??= clock.GetUtcNow();
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
    }

    /// <summary>Sets another password for whoever knows the present one. All sessions end; a new one is for whoever changed it.</summary>
    public async Task<(User User, OpenSession Session)> ChangeAsync(Guid userId, string current, string password, Guid? tenantId, Client client, CancellationToken ct)
    {
        var user = await signIn.ConfirmAsync(userId, current, client, "currentPassword", ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await SetAsync(user, password, "newPassword", "password_changed", ct);
        var session = sessions.Open(user, tenantId, client);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
        return (user, session);
    }

    private async Task SetAsync(User user, string password, string field, string reason, CancellationToken ct)
    {
        if (PasswordRules.Problem(password, [user.EmailKey, user.Name]) is { } problem) throw Problem.Invalid(field, problem);
        user.PasswordHash = await hashing.HashAsync(password, ct);
        await tokens.EndAllAsync(user.Id, ct);
        await sessions.EndAllAsync(user.Id, reason, ct);
        await mail.SendNoticeAsync(user, user.Email, "Your password was changed.", ct);
    }
}
