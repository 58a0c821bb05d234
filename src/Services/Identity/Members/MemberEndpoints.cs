using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Identity.Members;

internal static class MemberEndpoints
{
    public static void MapMembers(this RouteGroupBuilder api)
    {
        var members = api.MapGroup("").WithTags("Members");
        members.MapGet("/members", List).WithName("listMembers").Requires("members:read");
        members.MapPatch("/members/{userId:guid}", ChangeRole).WithName("updateMember").Requires("members:write");
        members.MapDelete("/members/{userId:guid}", Remove).WithName("removeMember").Requires("members:write");
        members.MapPost("/leave", Leave).WithName("leaveTenant").RequiresSignIn();
    }

    /// <summary>The people of the workspace, and those who are invited but have not come yet.</summary>
    private static async Task<Ok<Page<MemberView>>> List(IdentityDb db, TimeProvider clock, int? limit, string? cursor, CancellationToken ct)
    {
        var size = Limit.Of(limit);
        var after = Cursor.Id(cursor) ?? Guid.Empty;
        var now = clock.GetUtcNow();
        // Two lists in one: each has what the page may need, the page takes the first of both. Ids are ordered by time.
        var active = await (
            from m in db.Memberships
            join u in db.Users on m.UserId equals u.Id
            where m.LeftAt == null && m.Id > after
            orderby m.Id
            select new { m.Id, View = new MemberView(u.Id, u.Email, u.Name, m.Role, "active", m.JoinedAt, null, null) }).Take(size + 1).ToListAsync(ct);
        var invited = await db.Invitations.Where(i => i.AcceptedAt == null && i.RevokedAt == null && i.ExpiresAt > now && i.Id > after)
            .OrderBy(i => i.Id)
            .Select(i => new { i.Id, View = new MemberView(null, i.Email, null, i.Role, "invited", null, i.Id, i.ExpiresAt) }).Take(size + 1).ToListAsync(ct);
        // As PostgreSQL orders uuids, which is not how Guid compares.
        var rows = active.Concat(invited).OrderBy(r => r.Id.ToString(), StringComparer.Ordinal).Take(size + 1).ToList();
        return TypedResults.Ok(new Page<MemberView>([.. rows.Take(size).Select(r => r.View)], rows.Count > size ? Cursor.Of(rows[size - 1].Id) : null));
    }

    /// <summary>Give a member another role.</summary>
    private static async Task<Ok<MemberView>> ChangeRole(Guid userId, ChangeMemberRequest body, MemberBook members, IdentityDb db, CancellationToken ct)
    {
        var member = await members.ChangeRoleAsync(userId, body.Role, ct);
        var user = await db.Users.SingleAsync(u => u.Id == userId, ct);
        return TypedResults.Ok(new MemberView(user.Id, user.Email, user.Name, member.Role, "active", member.JoinedAt, null, null));
    }

    /// <summary>Take somebody out of the workspace. What they did stays, under their name.</summary>
    private static async Task<NoContent> Remove(Guid userId, MemberBook members, CancellationToken ct)
    {
        await members.RemoveAsync(userId, ct);
        return TypedResults.NoContent();
    }

    /// <summary>Leave the workspace in which I work now.</summary>
    private static async Task<NoContent> Leave(Caller caller, MemberBook members, CancellationToken ct)
    {
        if (caller.TenantIdOrNull is null) throw Problem.NotFound("workspace");
        await members.RemoveAsync(caller.UserId!.Value, ct);
        return TypedResults.NoContent();
    }
}

/// <summary>Somebody in the workspace, or invited to it.</summary>
/// <param name="UserId">Absent while invited.</param>
/// <param name="Email">Address.</param>
/// <param name="Name">Absent while invited.</param>
/// <param name="Role">Role, or the role that waits.</param>
/// <param name="Status"><c>active</c> or <c>invited</c>.</param>
/// <param name="JoinedAt">Absent while invited.</param>
/// <param name="InvitationId">Of an invited person.</param>
/// <param name="ExpiresAt">When the invitation ends.</param>
public sealed record MemberView(
    Guid? UserId, string Email, string? Name, string Role, string Status, DateTimeOffset? JoinedAt, Guid? InvitationId, DateTimeOffset? ExpiresAt);

/// <summary>The new role.</summary>
public sealed record ChangeMemberRequest([Required, MaxLength(50)] string Role);
