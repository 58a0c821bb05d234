using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Assignment;
using Tideline.Contracts.Leads;
using Tideline.Leads.Timeline;
using Tideline.Platform.Events;
using Tideline.Platform.Realtime;

namespace Tideline.Leads;

/// <summary>Keeps the owner in step with what assignment decided.</summary>
internal sealed class RecordAssignments(LeadsDb db, TimeProvider clock, ILiveUpdates live) : IHandleMany<AssignmentDecided>
{
    public async Task HandleAsync(IReadOnlyList<Received<AssignmentDecided>> events, CancellationToken ct)
    {
        var (tenant, now) = (db.Caller.TenantId, clock.GetUtcNow());
        var ids = events.Select(e => e.Event.LeadId).Distinct().ToArray();
        // Only what is needed, and one statement for all: a lead is wide, and its first owner comes to every one of an import.
        var leads = await db.Database.SqlQuery<OwnedLead>($"""
            select id as "Id", owner_id as "OwnerId", display_name as "DisplayName", import_id as "ImportId" from lead where tenant_id = {tenant} and id = any({ids}) order by id for update
            """).ToDictionaryAsync(l => l.Id, ct);
        var changed = new HashSet<Guid>();
        foreach (var (decided, _) in events)
        {
            // Deleted meanwhile, or the repetition of what is so already: nothing to do.
            if (!leads.TryGetValue(decided.LeadId, out var lead) || lead.OwnerId == decided.AgentId) continue;
            db.Add(new LeadActivity
            {
                TenantId = tenant,
                LeadId = lead.Id,
                Type = "assigned",
                At = now,
                ActorId = decided.By,
                ActorKind = decided.By is null ? "system" : "user",
                Summary = decided.Reason,
                Changes = LeadActivity.ChangesJson([new FieldChange("ownerId", lead.OwnerId?.ToString(), decided.AgentId.ToString())]),
            });
            db.Publish(new LeadAssigned
            {
                LeadId = lead.Id,
                AssignedTo = decided.AgentId,
                PreviousOwner = lead.OwnerId,
                DisplayName = lead.DisplayName,
                Reason = decided.Reason,
                ImportId = lead.ImportId,
                By = decided.By,
            });
            leads[lead.Id] = lead with { OwnerId = decided.AgentId };
            changed.Add(lead.Id);
        }
        if (changed.Count == 0) return;
        Guid[] assigned = [.. changed];
        Guid?[] owners = [.. changed.Select(id => leads[id].OwnerId)];
        await db.Database.ExecuteSqlAsync($"""
            update lead l set owner_id = r.owner_id, updated_at = {now} from unnest({assigned}, {owners}) as r (lead_id, owner_id)
            where l.tenant_id = {tenant} and l.id = r.lead_id
            """, ct);
        await db.SaveChangesAsync(ct);
        live.Changed(tenant, "leads", events.Count == 1 ? events[0].Event.LeadId : null);
    }

    private sealed record OwnedLead(Guid Id, Guid? OwnerId, string DisplayName, Guid? ImportId);
}
