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
        var ids = events.Select(e => e.Event.LeadId).ToHashSet();
        var leads = await db.Leads.Where(l => ids.Contains(l.Id)).ToDictionaryAsync(l => l.Id, ct);
        foreach (var (decided, _) in events)
        {
            // Deleted meanwhile, or the repetition of what is so already: nothing to do.
            if (!leads.TryGetValue(decided.LeadId, out var lead)) continue;
            var before = lead.OwnerId;
            if (!lead.AssignTo(decided.AgentId)) continue;
            lead.UpdatedAt = clock.GetUtcNow();
            db.Add(new LeadActivity
            {
                TenantId = lead.TenantId,
                LeadId = lead.Id,
                Type = "assigned",
                At = clock.GetUtcNow(),
                ActorId = decided.By,
                ActorKind = decided.By is null ? "system" : "user",
                Summary = decided.Reason,
                Changes = LeadActivity.ChangesJson([new FieldChange("ownerId", before?.ToString(), decided.AgentId.ToString())]),
            });
            db.Publish(new LeadAssigned
            {
                LeadId = lead.Id,
                AssignedTo = decided.AgentId,
                PreviousOwner = before,
                DisplayName = lead.DisplayName,
                Reason = decided.Reason,
                ImportId = lead.ImportId,
                By = decided.By,
            });
        }
        await db.SaveChangesAsync(ct);
        live.Changed(db.Caller.TenantId, "leads", events.Count == 1 ? events[0].Event.LeadId : null);
    }
}
