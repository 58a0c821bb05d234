using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Identity;
using Tideline.Identity.Members;
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
        return TypedResults.Ok(await Summaries(db, db.Memberships.Where(m => wanted.Contains(m.UserId))).ToListAsync(ct));
    }

    private static async Task<Ok<List<UserSummary>>> Members(IdentityDb db, CancellationToken ct) =>
        TypedResults.Ok(await Summaries(db, db.Memberships.Where(m => m.LeftAt == null)).ToListAsync(ct));

    private static async Task<Ok<TenantSummary>> Tenant(IdentityDb db, CancellationToken ct) => TypedResults.Ok(
        await db.Tenants.Select(t => new TenantSummary(t.TenantId, t.Name, t.Country, t.TimeZone, t.Currency)).SingleOrDefaultAsync(ct)
        ?? throw Problem.NotFound("tenant"));

    private static IQueryable<UserSummary> Summaries(IdentityDb db, IQueryable<Membership> members) =>
        from m in members
        join u in db.Users on m.UserId equals u.Id
        orderby u.Name, u.Id
        select new UserSummary(u.Id, u.Email, u.Name, m.Role, m.LeftAt == null);
}
