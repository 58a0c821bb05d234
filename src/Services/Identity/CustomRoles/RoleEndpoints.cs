using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Identity.CustomRoles;

internal static class RoleEndpoints
{
    public static void MapRoles(this RouteGroupBuilder api)
    {
        var roles = api.MapGroup("/roles").WithTags("Members");
        roles.MapGet("/", List).WithName("listRoles").Requires("members:read");
        roles.MapPost("/", Make).WithName("createRole").Requires("members:write").Idempotent<IdentityDb>();
        roles.MapPatch("/{id:guid}", Change).WithName("updateRole").Requires("members:write");
        roles.MapDelete("/{id:guid}", Remove).WithName("deleteRole").Requires("members:write");
    }

    /// <summary>The roles that a member can have, and what each may do: the built-in ones, then the workspace's own.</summary>
    private static async Task<Ok<IReadOnlyList<RoleView>>> List(IdentityDb db, CancellationToken ct)
    {
        var own = await db.CustomRoles.AsNoTracking().OrderBy(r => r.Name).ToListAsync(ct);
        return TypedResults.Ok<IReadOnlyList<RoleView>>([.. Roles.Names.Select(name => new RoleView(name, Roles.PermissionsOf(name))), .. own.Select(RoleView.Of)]);
    }

    /// <summary>Make a role of the workspace's own. It may do nothing that I may not.</summary>
    private static async Task<Created<RoleView>> Make(NewRoleRequest body, RoleBook roles, HttpContext context, CancellationToken ct)
    {
        var role = await roles.MakeAsync(body.Name, body.Description ?? "", body.Permissions, ct);
        context.SetETag(role.Version);
        return TypedResults.Created($"/api/identity/roles/{role.Id}", RoleView.Of(role));
    }

    /// <summary>Change what a role of the workspace's own may do. What is absent stays; members get new tokens with the change.</summary>
    private static async Task<Ok<RoleView>> Change(Guid id, ChangeRoleRequest body, RoleBook roles, HttpContext context, CancellationToken ct)
    {
        var role = await roles.ChangeAsync(id, body.Description, body.Permissions, context.Request, ct);
        context.SetETag(role.Version);
        return TypedResults.Ok(RoleView.Of(role));
    }

    /// <summary>Remove a role that no member and no open invitation has.</summary>
    private static async Task<NoContent> Remove(Guid id, RoleBook roles, CancellationToken ct)
    {
        await roles.RemoveAsync(id, ct);
        return TypedResults.NoContent();
    }
}

/// <summary>A role of the workspace's own.</summary>
/// <param name="Name">Lower-case letters, digits and -; never changes.</param>
/// <param name="Permissions">Some of <c>GET /permissions</c> that I have.</param>
/// <param name="Description">For people.</param>
public sealed record NewRoleRequest([Required, MaxLength(40)] string Name, [Required, MaxLength(200)] IReadOnlyList<string> Permissions, [MaxLength(200)] string? Description = null);

/// <summary>What to change; absent members stay as they are.</summary>
public sealed record ChangeRoleRequest([MaxLength(200)] IReadOnlyList<string>? Permissions = null, [MaxLength(200)] string? Description = null);

/// <summary>A role.</summary>
/// <param name="Id">Absent for the built-in ones, which cannot be changed.</param>
public sealed record RoleView(string Name, IReadOnlyList<string> Permissions, Guid? Id = null, string? Description = null, uint? Version = null)
{
    internal static RoleView Of(CustomRole role) => new(role.Name, role.Permissions, role.Id, role.Description, role.Version);
}
