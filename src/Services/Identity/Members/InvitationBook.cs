using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Tideline.Contracts.Notifications;
using Tideline.Identity.Accounts;
using Tideline.Identity.CustomRoles;
using Tideline.Identity.Sessions;
using Tideline.Identity.SignIn;
using Tideline.Platform.Api;
using Tideline.Platform.Security;
using Tideline.Platform.Text;

namespace Tideline.Identity.Members;

/// <summary>Invites people and lets them in. An invitation opens one place, once, for seven days.</summary>
internal sealed class InvitationBook(
    IdentityDb db, Caller caller, RoleBook roles, Registration registration, PasswordSignIn signIn, SessionBook sessions, IOptions<IdentityOptions> options, TimeProvider clock)
{
    private const string Prefix = "tli_";
    private const int MaxADay = 200;

    /// <summary>Invites somebody by e-mail; an open invitation to the same address is replaced. In the scope of the tenant.</summary>
    /// <returns>The invitation, and its token, which only the e-mail carries.</returns>
    public async Task<(Invitation Invitation, string Token)> InviteAsync(string email, string role, Guid invitedBy, CancellationToken ct)
    {
        var address = EmailAddress.Parse(email);
        if (address.Canonical is not { } key) throw Problem.Invalid("email", address.Reason!);
        // With an Idempotency-Key the request is in a transaction already.
        await using var transaction = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(ct) : null;
        await db.Database.ExecuteSqlAsync($"select 1 from tenant where tenant_id = {caller.TenantId} for update", ct);
        var mine = await db.Memberships.SingleOrDefaultAsync(m => m.UserId == invitedBy && m.LeftAt == null, ct)
            ?? throw new Problem(StatusCodes.Status403Forbidden, "forbidden", "You are no longer a member of this workspace.");
        await roles.RequireAsync(role, ct);
        await roles.RequireMayGrantAsync(mine.Role, role, ct);
        if (await db.Memberships.AnyAsync(m => m.LeftAt == null && db.Users.Any(u => u.Id == m.UserId && u.EmailKey == key), ct))
            throw Problem.Conflict("already_member", "This person is a member already.");
        var now = clock.GetUtcNow();
        if (await db.Invitations.CountAsync(i => i.CreatedAt > now - TimeSpan.FromDays(1), ct) >= MaxADay)
            throw new Problem(StatusCodes.Status429TooManyRequests, "too_many_invitations", $"A workspace may send {MaxADay} invitations a day.");

        await db.Invitations.Where(i => i.EmailKey == key && i.AcceptedAt == null && i.RevokedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.RevokedAt, now), ct);
        var token = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var invitation = new Invitation
        {
            TenantId = caller.TenantId,
            Email = key,
            EmailKey = key,
            Role = role,
            TokenHash = Hash(token),
            InvitedBy = invitedBy,
            CreatedAt = now,
            ExpiresAt = now + Invitation.Life,
        };
        db.Add(invitation);
        db.Publish(await MailAsync(invitation, token, ct));
        await db.SaveChangesAsync(ct);
        if (transaction is not null)
        {
            await transaction.CommitAsync(ct);
            db.RaiseOutboxSignal();
        }
        return (invitation, token);
    }

    /// <summary>
    /// Takes the place: with a new account, or with the one that the address has, whose password must then be right. In the system scope.
    /// </summary>
    public async Task<(User User, OpenSession Session)> AcceptAsync(
        string token, string? name, string password, string? code, Client client, CancellationToken ct)
    {
        var hash = Hash(token);
        var seen = await db.OfAllTenants<Invitation>().AsNoTracking().SingleOrDefaultAsync(i => i.TokenHash == hash, ct);
        if (seen is null || !seen.IsOpen(clock.GetUtcNow())) throw Ended();
        var hasAccount = await db.Users.AnyAsync(u => u.EmailKey == seen.EmailKey, ct);
        var user = hasAccount ? await signIn.CheckAsync(seen.EmailKey, password, code, client, ct) : null;

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var locked = await db.Invitations.FromSql($"select * from invitation where token_hash = {hash} for update")
            .IgnoreQueryFilters([IdentityDb.TenantFilter]).ToListAsync(ct);
        var now = clock.GetUtcNow();
        if (locked is not [var invitation] || !invitation.IsOpen(now)) throw Ended(); // somebody else was quicker
        var tenantName = await db.OfAllTenants<Tenants.Tenant>().Where(t => t.TenantId == invitation.TenantId).Select(t => t.Name).SingleAsync(ct);
        user ??= await registration.AddUserAsync(
            invitation.Email, name ?? throw Problem.Invalid("name", "Must be given for a new account."), password, client, [tenantName], ct);
        // The link came through the mailbox: the address is theirs.
        user.EmailVerifiedAt ??= now;
        user.LastTenantId = invitation.TenantId;
        await JoinAsync(invitation, user, now, ct);
        invitation.AcceptedAt = now;
        var session = sessions.Open(user, invitation.TenantId, client);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
        return (user, session);
    }

    private async Task JoinAsync(Invitation invitation, User user, DateTimeOffset now, CancellationToken ct)
    {
        var member = await db.OfAllTenants<Membership>().SingleOrDefaultAsync(m => m.TenantId == invitation.TenantId && m.UserId == user.Id, ct);
        if (member is { LeftAt: null }) return; // came in another way meanwhile; the role that they have stays
        if (member is null)
        {
            member = new Membership { TenantId = invitation.TenantId, UserId = user.Id, Role = invitation.Role, JoinedAt = now };
            db.Add(member);
        }
        else
        {
            member.Rejoin(invitation.Role, now);
        }
        db.Publish(member.Changed(user), invitation.TenantId);
    }

    private async Task<EmailRequested> MailAsync(Invitation invitation, string token, CancellationToken ct)
    {
        var tenantName = await db.Tenants.Select(t => t.Name).SingleAsync(ct);
        var inviter = await db.Users.Where(u => u.Id == invitation.InvitedBy).Select(u => u.Name).SingleAsync(ct);
        return new EmailRequested
        {
            To = invitation.Email,
            TemplateKey = "invitation",
            IdempotencyKey = "invitation:" + invitation.Id,
            Variables = new Dictionary<string, string>
            {
                ["tenantName"] = tenantName,
                ["inviterName"] = inviter,
                ["role"] = invitation.Role,
                ["url"] = $"{options.Value.ConsoleUrl.TrimEnd('/')}/accept-invitation?token={token}",
                ["expiresAt"] = invitation.ExpiresAt.ToString("u"),
            },
        };
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    // The same for unknown, used, revoked and expired: a guess learns nothing.
    private static Problem Ended() =>
        new(StatusCodes.Status404NotFound, "invitation_ended", "This invitation is not valid any more.", "Ask whoever invited you for a new one.");
}
