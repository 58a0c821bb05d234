using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts;
using Tideline.Contracts.Leads;
using Tideline.Platform.Events;

namespace Tideline.Assignment;

/// <summary>Keeps the copy of leads and the open items in step with what happens to leads.</summary>
internal sealed class FollowLeads(AssignmentDb db, Decider decider) :
    IHandle<LeadUpdated>, IHandle<LeadAssigned>, IHandle<LeadStageChanged>, IHandle<LeadDeleted>
{
    public Task HandleAsync(LeadUpdated happened, CancellationToken ct) => RememberAsync(happened.Lead, ct);

    public async Task HandleAsync(LeadAssigned happened, CancellationToken ct)
    {
        // Assigned by a rule: it is our own decision that comes back.
        if (happened.By is null) return;
        await decider.LoadAsync([happened.LeadId], ct);
        decider.Own(happened.LeadId, happened.AssignedTo);
        await db.SaveChangesAsync(ct);
    }

    public async Task HandleAsync(LeadStageChanged happened, CancellationToken ct)
    {
        var lead = happened.Lead;
        await decider.LoadAsync([lead.LeadId], ct);
        if (lead.Status is "won" or "lost") decider.Close(lead.LeadId);
        else if (lead.OwnerId is { } owner) decider.Own(lead.LeadId, owner); // reopened, or so already
        await RememberAsync(lead, ct);
    }

    public async Task HandleAsync(LeadDeleted happened, CancellationToken ct)
    {
        await db.OpenItems.Where(i => i.LeadId == happened.LeadId).ExecuteDeleteAsync(ct);
        await db.Waiting.Where(w => w.LeadId == happened.LeadId).ExecuteDeleteAsync(ct);
        await db.KnownLeads.Where(l => l.LeadId == happened.LeadId).ExecuteDeleteAsync(ct);
    }

    private async Task RememberAsync(LeadSnapshot lead, CancellationToken ct)
    {
        var snapshot = JsonSerializer.Serialize(lead, ContractsJson.Options);
        if (await db.KnownLeads.FindAsync([db.Caller.TenantId, lead.LeadId], ct) is { } known) known.Snapshot = snapshot;
        else db.Add(new KnownLead { TenantId = db.Caller.TenantId, LeadId = lead.LeadId, Snapshot = snapshot });
        await db.SaveChangesAsync(ct);
    }
}
