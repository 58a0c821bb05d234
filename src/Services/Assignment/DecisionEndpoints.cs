using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Api;
using Tideline.Platform.Realtime;
using Tideline.Platform.Security;

namespace Tideline.Assignment;

internal static class DecisionEndpoints
{
    public static void MapDecisions(this RouteGroupBuilder api)
    {
        api.MapGet("/assignments", List).WithName("listAssignments").WithTags("Assignments").Requires("assignment:read");
        api.MapGet("/workload", Workload).WithName("getWorkload").WithTags("Assignments").Requires("assignment:read");
        api.MapGet("/queue", Queue).WithName("listWaitingLeads").WithTags("Assignments").Requires("assignment:read");
        api.MapPost("/reassign", Reassign).WithName("reassignLead").WithTags("Assignments").Requires("assignment:write").Idempotent<AssignmentDb>();
    }

    /// <summary>Decisions, newest first, with their reasons.</summary>
    private static async Task<Ok<Page<DecisionView>>> List(AssignmentDb db, Guid? leadId, Guid? agentId, int? limit, string? cursor, CancellationToken ct)
    {
        var size = Limit.Of(limit);
        var decisions = db.Decisions.AsNoTracking();
        if (leadId is not null) decisions = decisions.Where(d => d.LeadId == leadId);
        if (agentId is not null) decisions = decisions.Where(d => d.AgentId == agentId);
        if (Cursor.TimeAndId(cursor) is var (at, last)) decisions = decisions.Where(d => d.DecidedAt < at || (d.DecidedAt == at && d.Id < last));
        var rows = await decisions.OrderByDescending(d => d.DecidedAt).ThenByDescending(d => d.Id).Take(size + 1).ToListAsync(ct);
        var page = Page<Decision>.Of(rows, size, d => [d.DecidedAt, d.Id]);
        return TypedResults.Ok(new Page<DecisionView>([.. page.Data.Select(DecisionView.Of)], page.Next));
    }

    /// <summary>Open leads an agent, and how many each got in the last 24 hours.</summary>
    private static async Task<Ok<List<WorkloadView>>> Workload(AssignmentDb db, TimeProvider clock, CancellationToken ct)
    {
        var since = clock.GetUtcNow().AddDays(-1);
        var open = await db.OpenItems.GroupBy(i => i.AgentId).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        var recent = await db.Decisions.Where(d => d.DecidedAt >= since).GroupBy(d => d.AgentId).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        var members = await db.Members.Select(m => m.UserId).Distinct().ToListAsync(ct);
        return TypedResults.Ok(open.Keys.Union(recent.Keys).Union(members).Order()
            .Select(user => new WorkloadView(user, open.GetValueOrDefault(user), recent.GetValueOrDefault(user))).ToList());
    }

    /// <summary>Leads for which there was nobody, the longest waiting first.</summary>
    private static async Task<Ok<Page<WaitingView>>> Queue(AssignmentDb db, int? limit, string? cursor, CancellationToken ct)
    {
        var size = Limit.Of(limit);
        var waiting = db.Waiting.AsNoTracking();
        if (Cursor.TimeAndId(cursor) is var (at, last)) waiting = waiting.Where(w => w.Since > at || (w.Since == at && w.LeadId > last));
        var rows = await waiting.OrderBy(w => w.Since).ThenBy(w => w.LeadId).Take(size + 1).ToListAsync(ct);
        var page = Page<WaitingLead>.Of(rows, size, w => [w.Since, w.LeadId]);
        return TypedResults.Ok(new Page<WaitingView>([.. page.Data.Select(w => new WaitingView(w.LeadId, w.Since, w.Reason))], page.Next));
    }

    /// <summary>Give a lead to somebody by hand.</summary>
    private static async Task<Ok<DecisionView>> Reassign(ReassignInput body, AssignmentDb db, Decider decider, ILiveUpdates live, CancellationToken ct)
    {
        await using var own = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(ct) : null;
        // One after the other with the rules and with others who do the same: a lead that waits must not be given away twice.
        await decider.PrepareAsync(lockPools: true, ct);
        var known = await db.KnownLeads.AsNoTracking().SingleOrDefaultAsync(l => l.LeadId == body.LeadId, ct) ?? throw Problem.NotFound("lead");
        if (!decider.IsMember(body.AgentId)) throw Problem.Invalid("agentId", "Must be a member of a pool.");
        await decider.LoadAsync([body.LeadId], ct);
        var before = decider.Own(body.LeadId, body.AgentId);
        var decision = decider.Give(body.LeadId, body.AgentId, null, "Assigned by hand.", db.Caller.UserId);
        if (known.IsClosed) decider.Close(body.LeadId);
        await db.SaveChangesAsync(ct);
        if (before is { } agent) await decider.RefillAsync(agent, ct);
        if (own is not null) await own.CommitAsync(ct);
        db.RaiseOutboxSignal();
        live.Changed(db.Caller.TenantId, "assignment");
        return TypedResults.Ok(DecisionView.Of(decision));
    }
}

/// <summary>Which lead goes to whom.</summary>
public sealed record ReassignInput(Guid LeadId, Guid AgentId);

/// <summary>A decision.</summary>
public sealed record DecisionView(Guid Id, Guid LeadId, Guid AgentId, Guid? RuleId, Guid? PoolId, string Strategy, string Reason, DateTimeOffset DecidedAt)
{
    internal static DecisionView Of(Decision d) => new(d.Id, d.LeadId, d.AgentId, d.RuleId, d.PoolId, d.Strategy, d.Reason, d.DecidedAt);
}

/// <summary>How much an agent has to do.</summary>
public sealed record WorkloadView(Guid UserId, int OpenItems, int AssignedToday);

/// <summary>A lead that waits.</summary>
public sealed record WaitingView(Guid LeadId, DateTimeOffset Since, string Reason);
