using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Tideline.Contracts.Notifications;
using Tideline.Identity.Members;

namespace Tideline.Identity.Accounts;

/// <summary>
/// E-mails about an account. An account belongs to no workspace but mail goes out through one: the one in which the person works, or worked
/// last. Works in the system scope; sent with the caller's <c>SaveChanges</c>.
/// </summary>
internal sealed class AccountMail(IdentityDb db, IOptions<IdentityOptions> options)
{
    /// <summary>The way to a new password.</summary>
    public Task SendResetAsync(User user, string token, CancellationToken ct) => SendAsync(user, user.Email, "password_reset", new Dictionary<string, string>
    {
        ["name"] = user.Name,
        ["url"] = Link("reset-password", token),
        ["minutes"] = $"{TokenPurpose.PasswordReset.Life.TotalMinutes:0}",
    }, ct);

    /// <summary>Asks whether the address is the person's.</summary>
    /// <param name="tenantId">Of an account that is just being made and has no stored place yet.</param>
    public Task SendVerificationAsync(User user, string address, string token, CancellationToken ct, Guid? tenantId = null) =>
        SendAsync(user, address, "email_verification", new Dictionary<string, string>
        {
            ["name"] = user.Name,
            ["email"] = address,
            ["url"] = Link("confirm-email", token),
        }, ct, tenantId);

    /// <summary>Tells of a change that an intruder would like to keep quiet.</summary>
    public Task SendNoticeAsync(User user, string address, string what, CancellationToken ct) => SendAsync(user, address, "account_notice", new Dictionary<string, string>
    {
        ["name"] = user.Name,
        ["what"] = what,
        ["url"] = options.Value.ConsoleUrl.TrimEnd('/') + "/forgot-password",
    }, ct);

    private async Task SendAsync(User user, string to, string template, Dictionary<string, string> variables, CancellationToken ct, Guid? tenantId = null)
    {
        tenantId ??= await db.OfAllTenants<Membership>().Where(m => m.UserId == user.Id)
            .OrderByDescending(m => m.LeftAt == null).ThenByDescending(m => m.TenantId == user.LastTenantId).ThenBy(m => m.JoinedAt)
            .Select(m => (Guid?)m.TenantId).FirstOrDefaultAsync(ct);
        if (tenantId is null) return; // nobody is without a place, past or present
        db.Publish(new EmailRequested
        {
            To = to,
            TemplateKey = template,
            IdempotencyKey = $"{template}:{Guid.CreateVersion7()}",
            Variables = variables,
        }, tenantId);
    }

    private string Link(string page, string token) => $"{options.Value.ConsoleUrl.TrimEnd('/')}/{page}?token={token}";
}
