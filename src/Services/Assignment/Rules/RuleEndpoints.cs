using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts;
using Tideline.Contracts.Leads;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Assignment.Rules;

internal static class RuleEndpoints
{
    public static void MapRules(this RouteGroupBuilder api)
    {
        var rules = api.MapGroup("/rules").WithTags("Rules");
        rules.MapGet("/", List).WithName("listRules").Requires("assignment:read");
        rules.MapPost("/", Create).WithName("createRule").Requires("assignment:write").Idempotent<AssignmentDb>();
        rules.MapPatch("/{id:guid}", Edit).WithName("editRule").Requires("assignment:write");
        rules.MapDelete("/{id:guid}", Delete).WithName("deleteRule").Requires("assignment:write");
        rules.MapPut("/order", Order).WithName("orderRules").Requires("assignment:write");
        api.MapPost("/dry-run", DryRun).WithName("dryRunRules").WithTags("Rules").Requires("assignment:read");
    }

    /// <summary>The rules in the order in which they are tried.</summary>
    private static async Task<Ok<Page<RuleView>>> List(AssignmentDb db, CancellationToken ct) =>
        TypedResults.Ok(new Page<RuleView>([.. (await db.Rules.AsNoTracking().OrderBy(r => r.Position).ThenBy(r => r.Id).ToListAsync(ct)).Select(RuleView.Of)], null));

    /// <summary>Add a rule behind the others. Leads that wait are tried again.</summary>
    private static async Task<Created<RuleView>> Create(RuleInput body, AssignmentDb db, CancellationToken ct)
    {
        var conditions = Checked(body.Conditions ?? []);
        await RequirePoolAsync(db, body.PoolId, ct);
        var rule = new Rule
        {
            TenantId = db.Caller.TenantId,
            Name = body.Name.Trim(),
            Enabled = body.Enabled ?? true,
            Position = (await db.Rules.MaxAsync(r => (int?)r.Position, ct) ?? -1) + 1,
            Conditions = conditions,
            Strategy = Strategy(body.Strategy),
            PoolId = body.PoolId,
        };
        db.Add(rule);
        db.Enqueue(new DrainWaiting());
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/assignment/rules/{rule.Id}", RuleView.Of(rule));
    }

    /// <summary>Change a rule; what is absent stays.</summary>
    private static async Task<Ok<RuleView>> Edit(Guid id, RuleEdit body, AssignmentDb db, HttpContext http, CancellationToken ct)
    {
        var rule = await FindAsync(db, id, ct);
        db.RequireIfMatch(rule, http.Request);
        if (body.Name is { } name) rule.Name = string.IsNullOrWhiteSpace(name) ? throw Problem.Invalid("name", "Must not be empty.") : name.Trim();
        if (body.Conditions is { } conditions) rule.Conditions = Checked(conditions);
        if (body.Strategy is { } strategy) rule.Strategy = Strategy(strategy);
        if (body.PoolId is { } pool)
        {
            await RequirePoolAsync(db, pool, ct);
            rule.PoolId = pool;
        }
        rule.Enabled = body.Enabled ?? rule.Enabled;
        db.Enqueue(new DrainWaiting());
        await db.SaveChangesAsync(ct);
        http.SetETag(rule.Version);
        return TypedResults.Ok(RuleView.Of(rule));
    }

    /// <summary>Delete a rule.</summary>
    private static async Task<NoContent> Delete(Guid id, AssignmentDb db, CancellationToken ct)
    {
        db.Remove(await FindAsync(db, id, ct));
        await db.SaveChangesAsync(ct);
        return TypedResults.NoContent();
    }

    /// <summary>Set the order in which the rules are tried; names every rule once.</summary>
    private static async Task<Ok<Page<RuleView>>> Order(OrderInput body, AssignmentDb db, CancellationToken ct)
    {
        var rules = await db.Rules.ToDictionaryAsync(r => r.Id, ct);
        if (body.Ids.Count != rules.Count || body.Ids.Distinct().Count() != rules.Count || !body.Ids.All(rules.ContainsKey))
            throw Problem.Invalid("ids", "Must name every rule exactly once.");
        for (var i = 0; i < body.Ids.Count; i++) rules[body.Ids[i]].Position = i;
        await db.SaveChangesAsync(ct);
        return await List(db, ct);
    }

    /// <summary>Which rule would match a lead, whom it would choose, and why the others would not. Changes nothing.</summary>
    private static async Task<Ok<DryRunAnswer>> DryRun(DryRunInput body, AssignmentDb db, Decider decider, CancellationToken ct)
    {
        LeadSnapshot lead;
        if (body.LeadId is { } id)
        {
            var known = await db.KnownLeads.AsNoTracking().SingleOrDefaultAsync(l => l.LeadId == id, ct) ?? throw Problem.NotFound("lead");
            lead = JsonSerializer.Deserialize<LeadSnapshot>(known.Snapshot, ContractsJson.Options)!;
        }
        else if (body.Lead is { } made)
        {
            lead = new LeadSnapshot
            {
                LeadId = Guid.Empty,
                Status = "new",
                CreatedAt = DateTimeOffset.UnixEpoch,
                Source = made.Source,
                Country = made.Country,
                Stage = made.Stage,
                Company = made.Company,
                Email = made.Email,
                Value = made.Value,
                Custom = made.Custom,
            };
        }
        else
        {
            throw Problem.Invalid("leadId", "Name a lead by leadId, or describe one in lead.");
        }
        await decider.PrepareAsync(lockPools: false, ct);
        var (rule, member, explanation) = decider.Choose(lead);
        return TypedResults.Ok(new DryRunAnswer(rule?.Id, member?.UserId, explanation));
    }

    private static async Task<Rule> FindAsync(AssignmentDb db, Guid id, CancellationToken ct) =>
        await db.Rules.SingleOrDefaultAsync(r => r.Id == id, ct) ?? throw Problem.NotFound("rule");

    private static async Task RequirePoolAsync(AssignmentDb db, Guid id, CancellationToken ct)
    {
        if (!await db.Pools.AnyAsync(p => p.Id == id, ct)) throw Problem.Invalid("poolId", "There is no such pool.");
    }

    private static string Strategy(string strategy) =>
        strategy is "round_robin" or "least_loaded" ? strategy : throw Problem.Invalid("strategy", "Must be round_robin or least_loaded.");

    private static List<Condition> Checked(IReadOnlyList<Condition> conditions)
    {
        if (conditions.Count > 20) throw Problem.Invalid("conditions", "A rule has at most 20 conditions.");
        for (var i = 0; i < conditions.Count; i++)
            if (ConditionCheck.Problem(conditions[i]) is { } problem) throw Problem.Invalid($"conditions[{i}]", problem);
        return [.. conditions];
    }
}

/// <summary>A new rule. Without conditions it takes every lead.</summary>
public sealed record RuleInput([Required, MaxLength(200)] string Name, string Strategy, Guid PoolId, IReadOnlyList<Condition>? Conditions = null, bool? Enabled = null);

/// <summary>What to change.</summary>
public sealed record RuleEdit([MaxLength(200)] string? Name = null, string? Strategy = null, Guid? PoolId = null, IReadOnlyList<Condition>? Conditions = null, bool? Enabled = null);

/// <summary>The ids of all rules, first tried first.</summary>
public sealed record OrderInput(IReadOnlyList<Guid> Ids);

/// <summary>A lead to try: one that is there, or one that is described.</summary>
public sealed record DryRunInput(Guid? LeadId = null, DryRunLead? Lead = null);

/// <summary>A lead that does not exist.</summary>
public sealed record DryRunLead(
    string? Source = null, string? Country = null, string? Stage = null, string? Company = null, string? Email = null, Money? Value = null,
    Dictionary<string, string>? Custom = null);

/// <summary>What would happen.</summary>
public sealed record DryRunAnswer(Guid? MatchedRuleId, Guid? AgentId, IReadOnlyList<RuleExplanation> Explanation);

/// <summary>A rule.</summary>
public sealed record RuleView(Guid Id, string Name, bool Enabled, int Position, IReadOnlyList<Condition> Conditions, string Strategy, Guid PoolId, uint Version)
{
    internal static RuleView Of(Rule r) => new(r.Id, r.Name, r.Enabled, r.Position, r.Conditions, r.Strategy, r.PoolId, r.Version);
}
