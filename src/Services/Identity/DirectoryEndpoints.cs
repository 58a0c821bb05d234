using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Identity;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Identity;

/// <summary>What other services ask (see <see cref="IdentityClient"/>): always within the tenant for which they work.</summary>
internal static class DirectoryEndpoints
{
    private static readonly string[] Callers =
        ["assignment", "brands", "campaigns", "customers", "leads", "notifications", "scheduler", "worker"];

    public static void MapDirectory(this RouteGroupBuilder routes)
    {
        routes.MapGet("/users", Users).RequiresService(Callers);
        routes.MapGet("/members", Members).RequiresService(Callers);
        routes.MapGet("/tenant", Tenant).RequiresService(Callers);
    }

    private static async Task<Ok<List<UserSummary>>> Users(string ids, IdentityDb db, CancellationToken ct)
    {
        var wanted = ids.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(id => Guid.TryParse(id, out var parsed) ? parsed : throw Problem.Invalid("ids", "Must be ids, separated by commas.")).ToList();
        if (wanted.Count > IdentityClient.MaxIds) throw Problem.Invalid("ids", $"May be {IdentityClient.MaxIds}.");
        return TypedResults.Ok(await Summaries(db).Where(u => wanted.Contains(u.Id)).ToListAsync(ct));
    }

    private static async Task<Ok<List<UserSummary>>> Members(IdentityDb db, CancellationToken ct) =>
        TypedResults.Ok(await Summaries(db).Where(u => u.IsActive).OrderBy(u => u.Name).ToListAsync(ct));

    private static async Task<Ok<TenantSummary>> Tenant(IdentityDb db, CancellationToken ct) => TypedResults.Ok(
        await db.Tenants.Select(t => new TenantSummary(t.TenantId, t.Name, t.Country, t.TimeZone, t.Currency)).SingleOrDefaultAsync(ct)
        ?? throw Problem.NotFound("tenant"));

    private static IQueryable<UserSummary> Summaries(IdentityDb db) =>
        from m in db.Memberships
        join u in db.Users on m.UserId equals u.Id
        select new UserSummary(u.Id, u.Email, u.Name, m.Role, m.LeftAt == null);
}
