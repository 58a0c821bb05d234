using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Tideline.Assignment.Pools;
using Tideline.Assignment.Rules;
using Tideline.Contracts;
using Tideline.Contracts.Assignment;
using Tideline.Contracts.Leads;

namespace Tideline.Assignment;

/// <summary>What one rule had to say to a lead.</summary>
public sealed record RuleExplanation(Guid RuleId, string Name, bool Matched, string Why);

/// <summary>
/// Decides who gets a lead. Locks the pools for the rest of the caller's transaction, so that decisions fall one after the other, in however many processes; the
/// caller saves.
/// </summary>
internal sealed class Decider(AssignmentDb db, TimeProvider clock)
{
    private const int RefillBatch = 20;

    private List<Rule> _rules = [];
    private ILookup<Guid, PoolMember> _members = Array.Empty<PoolMember>().ToLookup(m => m.PoolId);
    private Dictionary<Guid, string> _pools = [];
    private Dictionary<Guid, int> _load = [];
    private Dictionary<Guid, OpenItem> _open = [];
    private Dictionary<Guid, WaitingLead> _waiting = [];

    /// <summary>Reads what is known of these leads. Decisions are made of leads that were read only.</summary>
    public async Task LoadAsync(IReadOnlyCollection<Guid> leads, CancellationToken ct)
    {
        _open = await db.OpenItems.Where(i => leads.Contains(i.LeadId)).ToDictionaryAsync(i => i.LeadId, ct);
        _waiting = await db.Waiting.Where(w => leads.Contains(w.LeadId)).ToDictionaryAsync(w => w.LeadId, ct);
    }

    /// <summary>Reads rules and pools; with <paramref name="lockPools"/> nobody else decides until the transaction ends.</summary>
    public async Task PrepareAsync(bool lockPools, CancellationToken ct)
    {
        if (lockPools) await db.LockPoolsAsync(ct);
        _rules = await db.Rules.AsNoTracking().Where(r => r.Enabled).OrderBy(r => r.Position).ThenBy(r => r.Id).ToListAsync(ct);
        _pools = await db.Pools.AsNoTracking().ToDictionaryAsync(p => p.Id, p => p.Name, ct);
        var members = await db.Members.ToListAsync(ct);
        _members = members.ToLookup(m => m.PoolId);
        var users = members.Select(m => m.UserId).Distinct().ToList();
        _load = await db.OpenItems.Where(i => users.Contains(i.AgentId)).GroupBy(i => i.AgentId)
            .Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
    }

    /// <summary>Whether somebody is in any pool.</summary>
    public bool IsMember(Guid user) => _members.Any(pool => pool.Any(m => m.UserId == user));

    /// <summary>Whether a lead that was read waits.</summary>
    public bool IsWaiting(Guid leadId) => _waiting.ContainsKey(leadId);

    /// <summary>Decides, and records the decision; or puts the lead among those that wait.</summary>
    /// <returns>Whether somebody got it.</returns>
    public bool Decide(LeadSnapshot lead)
    {
        var (rule, member, explanation) = Choose(lead);
        if (rule is null || member is null)
        {
            var reason = rule is null ? "No rule matches." : $"Rule \"{rule.Name}\" matches, but nobody in \"{_pools[rule.PoolId]}\" is free.";
            if (!_waiting.TryGetValue(lead.LeadId, out var waiting))
                db.Add(_waiting[lead.LeadId] = waiting = new WaitingLead { TenantId = db.Caller.TenantId, LeadId = lead.LeadId, Since = clock.GetUtcNow(), Reason = reason });
            (waiting.Reason, waiting.PoolId) = (reason, rule?.PoolId);
            return false;
        }
        Give(lead.LeadId, member.UserId, rule, explanation.Single(e => e.Matched).Why, null);
        return true;
    }

    /// <summary>Gives a lead to an agent, by a rule or by hand.</summary>
    public Decision Give(Guid leadId, Guid agentId, Rule? rule, string reason, Guid? by)
    {
        var decision = new Decision
        {
            TenantId = db.Caller.TenantId,
            LeadId = leadId,
            AgentId = agentId,
            RuleId = rule?.Id,
            PoolId = rule?.PoolId,
            Strategy = rule?.Strategy ?? "manual",
            Reason = reason,
            DecidedAt = clock.GetUtcNow(),
        };
        db.Add(decision);
        Own(leadId, agentId);
        db.Publish(new AssignmentDecided
        {
            AssignmentId = decision.Id,
            LeadId = leadId,
            AgentId = agentId,
            RuleId = decision.RuleId,
            PoolId = decision.PoolId,
            Strategy = decision.Strategy,
            Reason = reason,
            By = by,
        });
        return decision;
    }

    /// <summary>The lead is this agent's open item from now on.</summary>
    /// <returns>Whose it was, when that was somebody else.</returns>
    public Guid? Own(Guid leadId, Guid agentId)
    {
        StopWaiting(leadId);
        Guid? before = null;
        if (_open.TryGetValue(leadId, out var item))
        {
            if (item.AgentId == agentId) return null;
            before = item.AgentId;
            _load[item.AgentId] = _load.GetValueOrDefault(item.AgentId) - 1;
            item.AgentId = agentId;
        }
        else
        {
            db.Add(_open[leadId] = new OpenItem { TenantId = db.Caller.TenantId, LeadId = leadId, AgentId = agentId, Since = clock.GetUtcNow() });
        }
        _load[agentId] = _load.GetValueOrDefault(agentId) + 1;
        return before;
    }

    /// <summary>Nothing is left to do on the lead.</summary>
    /// <returns>Who had to do it.</returns>
    public Guid? Close(Guid leadId)
    {
        StopWaiting(leadId);
        if (!_open.Remove(leadId, out var item)) return null;
        _load[item.AgentId] = _load.GetValueOrDefault(item.AgentId) - 1;
        db.Remove(item);
        return item.AgentId;
    }

    /// <summary>
    /// An agent has an open lead less: those who have waited longest for somebody of the agent's pools are given out for as long as anybody there is free.
    /// Forgets which leads were read before.
    /// </summary>
    public async Task RefillAsync(Guid agent, CancellationToken ct)
    {
        foreach (var pool in _members.Where(p => p.Any(m => m.UserId == agent && m.Capacity is not null)).Select(p => p.Key).ToList())
        {
            var anybodyFree = true;
            while (anybodyFree)
            {
                // The decisions of the turn before are saved: these are the next.
                var next = await db.Waiting.Where(w => w.PoolId == pool).OrderBy(w => w.Since).ThenBy(w => w.LeadId).Take(RefillBatch).Select(w => w.LeadId).ToListAsync(ct);
                await LoadAsync(next, ct);
                var known = await db.KnownLeads.AsNoTracking().Where(l => next.Contains(l.LeadId)).ToDictionaryAsync(l => l.LeadId, ct);
                foreach (var lead in next)
                {
                    anybodyFree = known.TryGetValue(lead, out var found) && Decide(JsonSerializer.Deserialize<LeadSnapshot>(found.Snapshot, ContractsJson.Options)!);
                    if (!anybodyFree) break;
                }
                await db.SaveChangesAsync(ct);
                if (next.Count < RefillBatch) break;
            }
        }
    }

    private void StopWaiting(Guid leadId)
    {
        if (_waiting.Remove(leadId, out var waiting)) db.Remove(waiting);
    }

    /// <summary>Which rule would match, whom it would choose, and what each rule said.</summary>
    public (Rule? Rule, PoolMember? Member, List<RuleExplanation> Explanation) Choose(LeadSnapshot lead)
    {
        var explanation = new List<RuleExplanation>();
        foreach (var rule in _rules)
        {
            if (rule.Conditions.FirstOrDefault(c => !ConditionCheck.Holds(c, lead)) is { } failing)
            {
                explanation.Add(new RuleExplanation(rule.Id, rule.Name, false, "Does not hold: " + ConditionCheck.Explain(failing, lead)));
                continue;
            }
            var members = _members[rule.PoolId].ToList();
            var member = rule.Strategy == "least_loaded" ? Turns.LeastLoaded(members, _load) : Turns.RoundRobin(members, _load);
            var conditions = rule.Conditions.Count == 0 ? "takes every lead" : "matches: " + string.Join(" and ", rule.Conditions.Select(c => $"{c.Field} {c.Op} {c.Value.GetRawText()}"));
            var how = rule.Strategy == "least_loaded" ? "fewest open leads" : "next in turn";
            explanation.Add(new RuleExplanation(rule.Id, rule.Name, true, $"Rule \"{rule.Name}\" {conditions}; {how} in \"{_pools[rule.PoolId]}\"."));
            return (rule, member, explanation);
        }
        return (null, null, explanation);
    }
}
