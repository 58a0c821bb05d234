using System.Text.Json;
using Tideline.Contracts;
using Tideline.Contracts.Leads;
using Tideline.Platform.Events;
using Tideline.Platform.Realtime;

namespace Tideline.Assignment;

/// <summary>Gives each new lead to somebody, as the tenant's rules say.</summary>
internal sealed class AssignLeads(AssignmentDb db, Decider decider, ILiveUpdates live) : IHandleMany<LeadCreated>
{
    public async Task HandleAsync(IReadOnlyList<Received<LeadCreated>> events, CancellationToken ct)
    {
        await decider.PrepareAsync(lockPools: true, ct);
        await decider.LoadAsync([.. events.Select(e => e.Event.Lead.LeadId)], ct);
        foreach (var (happened, _) in events)
        {
            var lead = happened.Lead;
            db.Add(new KnownLead { TenantId = db.Caller.TenantId, LeadId = lead.LeadId, Snapshot = JsonSerializer.Serialize(lead, ContractsJson.Options) });
            if (lead.OwnerId is { } owner) decider.Own(lead.LeadId, owner);
            else decider.Decide(lead);
            // Comes in finished, e.g. from an old system: it has an owner to ask, but nothing is left to work on.
            if (lead.Status is "won" or "lost") decider.Close(lead.LeadId);
        }
        await db.SaveChangesAsync(ct);
        live.Changed(db.Caller.TenantId, "assignment");
    }
}
