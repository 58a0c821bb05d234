using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Identity;
using Tideline.Platform.Events;

namespace Tideline.Identity.Accounts;

/// <summary>Mails the way to a new password, if the address has an account. Apart from the request, so that its answer cannot tell by its time.</summary>
internal sealed class SendPasswordReset(IdentityDb db, OneTimeTokens tokens, AccountMail mail) : IHandle<PasswordResetRequested>
{
    public async Task HandleAsync(PasswordResetRequested happened, CancellationToken ct)
    {
        var user = await db.Users.SingleOrDefaultAsync(u => u.EmailKey == happened.Email, ct);
        if (user is null || await tokens.IssueAsync(user, TokenPurpose.PasswordReset, user.EmailKey, ct) is not { } token) return;
        await mail.SendResetAsync(user, token, ct);
        await db.SaveChangesAsync(ct);
    }
}
