using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tideline.Identity.CustomRoles;
using Tideline.Identity.Sessions;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Identity.Members;

/// <summary>Changes who is in a workspace and as what. Changes of one workspace come one after the other, so that it never loses its last owner.</summary>
internal sealed class MemberBook(IdentityDb db, Caller caller, RoleBook roles, SessionBook sessions, TimeProvider clock)
{
    /// <summary>Gives a member another role. The tokens that the member holds stop; new ones carry the new role.</summary>
    public async Task<Membership> ChangeRoleAsync(Guid userId, string role, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var (member, mine) = await LockAsync(userId, ct);
        await roles.RequireAsync(role, ct);
        await roles.RequireMayGrantAsync(mine, member.Role, ct);
        await roles.RequireMayGrantAsync(mine, role, ct);
        if (member.Role == role) return member;
        if (member.Role == Roles.Owner) await RequireAnotherOwnerAsync(userId, ct);
        member.Role = role;
        await StoreAsync(member, ct);
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
        return member;
    }

    /// <summary>Takes somebody out of the workspace: another one by permission, oneself always.</summary>
    public async Task RemoveAsync(Guid userId, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var (member, mine) = await LockAsync(userId, ct);
        await roles.RequireMayGrantAsync(mine, member.Role, ct);
        if (member.Role == Roles.Owner) await RequireAnotherOwnerAsync(userId, ct);
        member.LeftAt = clock.GetUtcNow();
        await StoreAsync(member, ct);
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
    }

    // The role is read again under the lock: the token may be older than the last change of the caller's own role.
    private async Task<(Membership Member, string Mine)> LockAsync(Guid userId, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"select 1 from tenant where tenant_id = {caller.TenantId} for update", ct);
        var member = await db.Memberships.SingleOrDefaultAsync(m => m.UserId == userId && m.LeftAt == null, ct) ?? throw Problem.NotFound("member");
        var mine = await db.Memberships.Where(m => m.UserId == caller.UserId && m.LeftAt == null).Select(m => m.Role).SingleOrDefaultAsync(ct);
        return (member, mine ?? throw new Problem(StatusCodes.Status403Forbidden, "forbidden", "You are no longer a member of this workspace."));
    }

    private async Task RequireAnotherOwnerAsync(Guid userId, CancellationToken ct)
    {
        if (!await db.Memberships.AnyAsync(m => m.UserId != userId && m.Role == Roles.Owner && m.LeftAt == null, ct))
            throw Problem.Conflict("last_owner", "A workspace needs an owner.", "Make somebody else an owner first.");
    }

    private async Task StoreAsync(Membership member, CancellationToken ct)
    {
        var user = await db.Users.SingleAsync(u => u.Id == member.UserId, ct);
        db.Publish(member.Changed(user));
        await sessions.StopTokensAsync(member.UserId, ct);
        await db.SaveChangesAsync(ct);
    }
}
