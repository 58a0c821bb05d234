using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts;
using Tideline.Contracts.Leads;
using Tideline.Platform.Events;
using Tideline.Platform.Realtime;

namespace Tideline.Assignment;

/// <summary>Keeps the copy of leads and the open items in step with what happens to leads.</summary>
internal sealed class FollowLeads(AssignmentDb db, Decider decider, ILiveUpdates live) :
    IHandle<LeadUpdated>, IHandle<LeadAssigned>, IHandle<LeadStageChanged>, IHandle<LeadDeleted>
{
    public async Task HandleAsync(LeadUpdated happened, CancellationToken ct)
    {
        var lead = happened.Lead;
        // It may be another now: a rule that did not match before may match.
        if (lead.OwnerId is null && await db.Waiting.AnyAsync(w => w.LeadId == lead.LeadId, ct))
        {
            await decider.PrepareAsync(lockPools: true, ct);
            await decider.LoadAsync([lead.LeadId], ct);
            if (decider.IsWaiting(lead.LeadId)) decider.Decide(lead);
            live.Changed(db.Caller.TenantId, "assignment");
        }
        await RememberAsync(lead, ct);
    }

    public async Task HandleAsync(LeadAssigned happened, CancellationToken ct)
    {
        // Assigned by a rule: it is our own decision that comes back.
        if (happened.By is null) return;
        var isClosed = await db.KnownLeads.AsNoTracking().SingleOrDefaultAsync(l => l.LeadId == happened.LeadId, ct) is { IsClosed: true };
        await ChangeAsync(happened.LeadId, () => isClosed ? decider.Close(happened.LeadId) : decider.Own(happened.LeadId, happened.AssignedTo), ct);
        await db.SaveChangesAsync(ct);
    }

    public async Task HandleAsync(LeadStageChanged happened, CancellationToken ct)
    {
        var lead = happened.Lead;
        await ChangeAsync(lead.LeadId, () => lead.Status is "won" or "lost" ? decider.Close(lead.LeadId)
            : lead.OwnerId is { } owner ? decider.Own(lead.LeadId, owner) // reopened, or so already
            : null, ct);
        await RememberAsync(lead, ct);
    }

    public async Task HandleAsync(LeadDeleted happened, CancellationToken ct)
    {
        await ChangeAsync(happened.LeadId, () => decider.Close(happened.LeadId), ct);
        await db.SaveChangesAsync(ct);
        await db.KnownLeads.Where(l => l.LeadId == happened.LeadId).ExecuteDeleteAsync(ct);
    }

    /// <param name="leadId">The lead.</param>
    /// <param name="change">Says who has a lead less.</param>
    /// <param name="ct">Cancels.</param>
    private async Task ChangeAsync(Guid leadId, Func<Guid?> change, CancellationToken ct)
    {
        // Where there are capacities somebody may wait for the place that becomes free: found out under the lock, so that a lead which is just
        // beginning to wait is seen.
        var holder = await db.OpenItems.Where(i => i.LeadId == leadId).Select(i => (Guid?)i.AgentId).SingleOrDefaultAsync(ct);
        var isLimited = holder is not null && await db.Members.AnyAsync(m => m.UserId == holder && m.Capacity != null, ct);
        if (isLimited) await decider.PrepareAsync(lockPools: true, ct);
        await decider.LoadAsync([leadId], ct);
        if (change() is not { } agent || !isLimited) return;
        await db.SaveChangesAsync(ct);
        await decider.RefillAsync(agent, ct);
        live.Changed(db.Caller.TenantId, "assignment");
    }

    private async Task RememberAsync(LeadSnapshot lead, CancellationToken ct)
    {
        var snapshot = JsonSerializer.Serialize(lead, ContractsJson.Options);
        if (await db.KnownLeads.FindAsync([db.Caller.TenantId, lead.LeadId], ct) is { } known) known.Snapshot = snapshot;
        else db.Add(new KnownLead { TenantId = db.Caller.TenantId, LeadId = lead.LeadId, Snapshot = snapshot });
        await db.SaveChangesAsync(ct);
    }
}
