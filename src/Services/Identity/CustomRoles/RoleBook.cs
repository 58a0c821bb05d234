using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tideline.Identity.Sessions;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Identity.CustomRoles;

/// <summary>
/// Knows what each role of the workspace may do, and makes, changes and removes those of its own. Nobody gives, changes or takes away more than
/// they have themselves. In the scope of the tenant.
/// </summary>
internal sealed partial class RoleBook(IdentityDb db, Caller caller, SessionBook sessions, TimeProvider clock)
{
    private const int MaxRoles = 50;

    /// <summary>What a role may do; null when there is no such role.</summary>
    public async Task<IReadOnlyList<string>?> FindAsync(string role, CancellationToken ct) => Roles.Exists(role)
        ? Roles.PermissionsOf(role)
        : await db.CustomRoles.Where(r => r.Name == role).Select(r => r.Permissions).SingleOrDefaultAsync(ct);

    /// <summary>Refuses a role that the workspace does not have.</summary>
    public async Task RequireAsync(string role, CancellationToken ct)
    {
        if (await FindAsync(role, ct) is null) throw Problem.Invalid("role", "Must be one of " + string.Join(", ", Roles.Names) + ", or a role of this workspace.");
    }

    /// <summary>Refuses to let somebody with one role give or take another that may do more.</summary>
    public async Task RequireMayGrantAsync(string mine, string role, CancellationToken ct) =>
        RequireMayGrant(await MineAsync(mine, ct), await FindAsync(role, ct) ?? [], "You cannot give or take a role that may do more than your own.");

    /// <summary>A new role.</summary>
    public async Task<CustomRole> MakeAsync(string name, string description, IReadOnlyList<string> permissions, CancellationToken ct)
    {
        if (!RoleName().IsMatch(name)) throw Problem.Invalid("name", "Must be 2 to 40 lower-case letters, digits and -, beginning with a letter.");
        if (Roles.Exists(name)) throw Problem.Invalid("name", "This is the name of a built-in role.");
        var wanted = Known(permissions);
        // With an Idempotency-Key the request is in a transaction already.
        await using var transaction = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(ct) : null;
        await LockAsync(ct);
        RequireMayGrant(await MineAsync(ct), wanted, "You cannot make a role that may do more than your own.");
        if (await db.CustomRoles.AnyAsync(r => r.Name == name, ct)) throw Problem.Conflict("role_exists", "There is a role with this name.");
        if (await db.CustomRoles.CountAsync(ct) >= MaxRoles) throw Problem.Conflict("too_many_roles", $"A workspace may have {MaxRoles} roles of its own.");
        var role = new CustomRole { TenantId = caller.TenantId, Name = name, Description = description.Trim(), Permissions = wanted, CreatedAt = clock.GetUtcNow() };
        db.Add(role);
        await db.SaveChangesAsync(ct);
        if (transaction is not null) await transaction.CommitAsync(ct);
        return role;
    }

    /// <summary>Changes what a role may do. Tokens of its members stop; new ones carry the change.</summary>
    public async Task<CustomRole> ChangeAsync(Guid id, string? description, IReadOnlyList<string>? permissions, HttpRequest request, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await LockAsync(ct);
        var role = await db.CustomRoles.SingleOrDefaultAsync(r => r.Id == id, ct) ?? throw Problem.NotFound("role");
        db.RequireIfMatch(role, request);
        var mine = await MineAsync(ct);
        RequireMayGrant(mine, role.Permissions, "You cannot change a role that may do more than your own.");
        if (description is not null) role.Description = description.Trim();
        if (permissions is not null && Known(permissions) is var wanted && !wanted.ToHashSet().SetEquals(role.Permissions))
        {
            RequireMayGrant(mine, wanted, "You cannot let a role do more than your own.");
            role.Permissions = wanted;
            foreach (var userId in await db.Memberships.Where(m => m.Role == role.Name && m.LeftAt == null).OrderBy(m => m.UserId).Select(m => m.UserId).ToListAsync(ct))
                await sessions.StopTokensAsync(userId, ct);
        }
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
        return role;
    }

    /// <summary>Removes a role that nobody has or is to get.</summary>
    public async Task RemoveAsync(Guid id, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await LockAsync(ct);
        var role = await db.CustomRoles.SingleOrDefaultAsync(r => r.Id == id, ct) ?? throw Problem.NotFound("role");
        RequireMayGrant(await MineAsync(ct), role.Permissions, "You cannot remove a role that may do more than your own.");
        var now = clock.GetUtcNow();
        if (await db.Memberships.AnyAsync(m => m.Role == role.Name && m.LeftAt == null, ct)
            || await db.Invitations.AnyAsync(i => i.Role == role.Name && i.AcceptedAt == null && i.RevokedAt == null && i.ExpiresAt > now, ct))
            throw Problem.Conflict("role_in_use", "Members or open invitations have this role.", "Give them another one first.");
        db.Remove(role);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    // The same row that changes of members hold: a role is not removed while somebody gets it.
    private Task<int> LockAsync(CancellationToken ct) => db.Database.ExecuteSqlAsync($"select 1 from tenant where tenant_id = {caller.TenantId} for update", ct);

    // Read again under the lock: the token may be older than the last change of the caller's own role.
    private async Task<IReadOnlyList<string>> MineAsync(CancellationToken ct) => await MineAsync(
        await db.Memberships.Where(m => m.UserId == caller.UserId && m.LeftAt == null).Select(m => m.Role).SingleOrDefaultAsync(ct)
            ?? throw new Problem(StatusCodes.Status403Forbidden, "forbidden", "You are no longer a member of this workspace."), ct);

    // A key that may manage members and little else does not give away what its owner may.
    private async Task<IReadOnlyList<string>> MineAsync(string role, CancellationToken ct) =>
        [.. (await FindAsync(role, ct) ?? []).Where(p => caller.ApiKeyId is null || caller.Can(p))];

    private static void RequireMayGrant(IReadOnlyList<string> mine, IReadOnlyList<string> granted, string title)
    {
        if (!granted.All(mine.Contains)) throw new Problem(StatusCodes.Status403Forbidden, "role_above_own", title);
    }

    private static string[] Known(IReadOnlyList<string> permissions)
    {
        var wanted = permissions.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        // What concerns the installation belongs to operators and to no role.
        return wanted.FirstOrDefault(p => !Identity.Permissions.IsOfWorkspaces(p)) is { } unknown ? throw Problem.Invalid("permissions", $"There is no permission '{unknown}'.") : wanted;
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{1,39}$")]
    private static partial Regex RoleName();
}
