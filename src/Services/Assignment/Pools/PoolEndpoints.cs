using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Assignment.Pools;

internal static class PoolEndpoints
{
    public static void MapPools(this RouteGroupBuilder api)
    {
        var pools = api.MapGroup("/pools").WithTags("Pools");
        pools.MapGet("/", List).WithName("listPools").Requires("assignment:read");
        pools.MapPost("/", Create).WithName("createPool").Requires("assignment:write").Idempotent<AssignmentDb>();
        pools.MapGet("/{id:guid}", Get).WithName("getPool").Requires("assignment:read");
        pools.MapPatch("/{id:guid}", Edit).WithName("editPool").Requires("assignment:write");
        pools.MapDelete("/{id:guid}", Delete).WithName("deletePool").Requires("assignment:write");
        pools.MapPut("/{id:guid}/members", SetMembers).WithName("setPoolMembers").Requires("assignment:write");
    }

    /// <summary>The pools with their members.</summary>
    private static async Task<Ok<Page<PoolView>>> List(AssignmentDb db, CancellationToken ct)
    {
        var pools = await db.Pools.AsNoTracking().OrderBy(p => p.Name).ToListAsync(ct);
        var members = (await db.Members.AsNoTracking().ToListAsync(ct)).ToLookup(m => m.PoolId);
        return TypedResults.Ok(new Page<PoolView>([.. pools.Select(p => PoolView.Of(p, members[p.Id]))], null));
    }

    /// <summary>Make a pool.</summary>
    private static async Task<Created<PoolView>> Create(PoolInput body, AssignmentDb db, Roster roster, CancellationToken ct)
    {
        var pool = new Pool { TenantId = db.Caller.TenantId, Name = body.Name.Trim() };
        db.Add(pool);
        var members = Members(pool, body.Members ?? []);
        db.AddRange(members);
        await using var own = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(ct) : null;
        await roster.LockAsync(ct);
        await roster.RequireMembersAsync(body.Members ?? [], ct);
        await db.SaveChangesAsync(ct);
        if (own is not null) await own.CommitAsync(ct);
        return TypedResults.Created($"/api/assignment/pools/{pool.Id}", PoolView.Of(pool, members));
    }

    /// <summary>One pool.</summary>
    private static async Task<Ok<PoolView>> Get(Guid id, AssignmentDb db, HttpContext http, CancellationToken ct)
    {
        var pool = await FindAsync(db, id, ct);
        http.SetETag(pool.Version);
        return TypedResults.Ok(PoolView.Of(pool, await db.Members.AsNoTracking().Where(m => m.PoolId == id).ToListAsync(ct)));
    }

    /// <summary>Rename a pool.</summary>
    private static async Task<Ok<PoolView>> Edit(Guid id, PoolEdit body, AssignmentDb db, HttpContext http, CancellationToken ct)
    {
        var pool = await FindAsync(db, id, ct);
        db.RequireIfMatch(pool, http.Request);
        if (body.Name is { } name) pool.Name = string.IsNullOrWhiteSpace(name) ? throw Problem.Invalid("name", "Must not be empty.") : name.Trim();
        await db.SaveChangesAsync(ct);
        http.SetETag(pool.Version);
        return TypedResults.Ok(PoolView.Of(pool, await db.Members.AsNoTracking().Where(m => m.PoolId == id).ToListAsync(ct)));
    }

    /// <summary>Delete a pool that no rule uses.</summary>
    private static async Task<NoContent> Delete(Guid id, AssignmentDb db, CancellationToken ct)
    {
        var pool = await FindAsync(db, id, ct);
        if (await db.Rules.AnyAsync(r => r.PoolId == id, ct)) throw Problem.Conflict("pool_in_use", "A rule uses this pool.", "Change or delete the rule first.");
        db.Remove(pool);
        await db.SaveChangesAsync(ct);
        return TypedResults.NoContent();
    }

    /// <summary>Set who is in the pool: members of the workspace. Leads that wait are tried again.</summary>
    private static async Task<Ok<PoolView>> SetMembers(Guid id, IReadOnlyList<MemberInput> body, AssignmentDb db, Roster roster, CancellationToken ct)
    {
        var pool = await FindAsync(db, id, ct);
        var wanted = Members(pool, body).ToDictionary(m => m.UserId);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await roster.LockAsync(ct);
        await roster.RequireMembersAsync(body, ct);
        await db.LockPoolsAsync(ct); // a decision that is just falling gives its lead to somebody who is still there
        var known = await db.Members.Where(m => m.PoolId == id).ToListAsync(ct);
        foreach (var member in known)
        {
            if (wanted.Remove(member.UserId, out var input)) (member.Weight, member.Capacity, member.Available) = (input.Weight, input.Capacity, input.Available);
            else db.Remove(member);
        }
        db.AddRange(wanted.Values);
        db.Enqueue(new DrainWaiting());
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
        return TypedResults.Ok(PoolView.Of(pool, await db.Members.AsNoTracking().Where(m => m.PoolId == id).ToListAsync(ct)));
    }

    private static async Task<Pool> FindAsync(AssignmentDb db, Guid id, CancellationToken ct) =>
        await db.Pools.SingleOrDefaultAsync(p => p.Id == id, ct) ?? throw Problem.NotFound("pool");

    private static List<PoolMember> Members(Pool pool, IReadOnlyList<MemberInput> inputs)
    {
        if (inputs.Count > 1000) throw Problem.Invalid("members", "A pool has at most 1,000 members.");
        if (inputs.GroupBy(m => m.UserId).Any(g => g.Count() > 1)) throw Problem.Invalid("members", "Somebody is there twice.");
        var errors = new Dictionary<string, string[]>();
        foreach (var (index, member) in inputs.Index())
        {
            if (member.Weight is < 1 or > 100) errors[$"members[{index}].weight"] = ["Must be between 1 and 100."];
            if (member.Capacity is < 1) errors[$"members[{index}].capacity"] = ["Must be at least 1."];
        }
        if (errors.Count > 0) throw Problem.Invalid(errors);
        return [.. inputs.Select(m => new PoolMember
        {
            TenantId = pool.TenantId, PoolId = pool.Id, UserId = m.UserId, Weight = m.Weight ?? 1, Capacity = m.Capacity, Available = m.Available ?? true,
        })];
    }
}

/// <summary>A new pool.</summary>
public sealed record PoolInput([Required, MaxLength(200)] string Name, IReadOnlyList<MemberInput>? Members = null);

/// <summary>Another name.</summary>
public sealed record PoolEdit([MaxLength(200)] string? Name = null);

/// <summary>A person in a pool: weight (1 when absent), capacity in open leads (no limit when absent), available (yes when absent).</summary>
public sealed record MemberInput(Guid UserId, int? Weight = null, int? Capacity = null, bool? Available = null);

/// <summary>A pool.</summary>
public sealed record PoolView(Guid Id, string Name, IReadOnlyList<MemberView> Members, uint Version)
{
    internal static PoolView Of(Pool pool, IEnumerable<PoolMember> members) => new(
        pool.Id, pool.Name, [.. members.OrderBy(m => m.UserId).Select(m => new MemberView(m.UserId, m.Weight, m.Capacity, m.Available))], pool.Version);
}

/// <summary>A person in a pool.</summary>
public sealed record MemberView(Guid UserId, int Weight, int? Capacity, bool Available);
