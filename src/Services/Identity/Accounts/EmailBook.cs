using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Tideline.Identity.Sessions;
using Tideline.Identity.SignIn;
using Tideline.Platform.Api;
using Tideline.Platform.Text;

namespace Tideline.Identity.Accounts;

/// <summary>Finds out whether an e-mail address is a person's, and gives the account another one. Works in the system scope.</summary>
internal sealed class EmailBook(IdentityDb db, OneTimeTokens tokens, PasswordSignIn signIn, AccountMail mail, Profile profile, TimeProvider clock)
{
    /// <summary>Mails a link to the account's address.</summary>
    public async Task VerifyAsync(Guid userId, CancellationToken ct)
    {
        var user = await db.Users.SingleAsync(u => u.Id == userId, ct);
        if (user.EmailVerifiedAt is not null) throw Problem.Conflict("already_verified", "Your e-mail address is verified.");
        await SendAsync(user, user.EmailKey, ct);
    }

    /// <summary>
    /// Mails a link to the address that the account is to have. Nothing changes before it is followed; whether the address has an account is said
    /// to nobody but the owner of that mailbox.
    /// </summary>
    public async Task ChangeAsync(Guid userId, string email, string password, Client client, CancellationToken ct)
    {
        var address = EmailAddress.Parse(email);
        if (address.Canonical is not { } key) throw Problem.Invalid("email", address.Reason!);
        var user = await signIn.ConfirmAsync(userId, password, client, "password", ct);
        if (user.EmailKey == key) throw Problem.Invalid("email", "This is your address already.");
        await SendAsync(user, key, ct);
    }

    /// <summary>The link was followed: the address is proved, and becomes the account's if it was not.</summary>
    public async Task ConfirmAsync(string token, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var (user, taken) = await tokens.TakeAsync(token, TokenPurpose.Email, ct);
        user.EmailVerifiedAt = clock.GetUtcNow();
        if (taken.Email is { } email && email != user.EmailKey)
        {
            var before = user.Email;
            (user.Email, user.EmailKey) = (email, email);
            await tokens.EndAllAsync(user.Id, ct); // a way to a new password that went to the old mailbox
            await profile.AnnounceAsync(user, ct);
            await mail.SendNoticeAsync(user, before, "Your account has another e-mail address now. You sign in with the new one.", ct);
        }
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { ConstraintName: "user_account_email_key" })
        {
            throw Problem.Conflict("email_taken", "There is another account with this e-mail address.", "Sign in to that one, or choose another address.");
        }
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
    }

    private async Task SendAsync(User user, string address, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var token = await tokens.IssueAsync(user, TokenPurpose.Email, address, ct)
            ?? throw new Problem(StatusCodes.Status429TooManyRequests, "too_many_mails", "We have sent you several links already.", "Use the newest, or try again in an hour.");
        await mail.SendVerificationAsync(user, address, token, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
    }
}
