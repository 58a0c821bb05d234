using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Leads;
using Tideline.Platform.Events;

namespace Tideline.Customers;

/// <summary>Puts what happens to a person's leads on the person's timeline.</summary>
internal sealed class RecordLeads(CustomersDb db) : IHandleMany<LeadAssigned>, IHandleMany<LeadStageChanged>
{
    public Task HandleAsync(IReadOnlyList<Received<LeadAssigned>> events, CancellationToken ct) => RecordAsync(
        [.. events.Select(e => (e.Event.LeadId, e.Envelope.Time, "assigned", e.Event.Reason, JsonSerializer.Serialize(new { leadId = e.Event.LeadId, assignedTo = e.Event.AssignedTo })))], ct);

    public Task HandleAsync(IReadOnlyList<Received<LeadStageChanged>> events, CancellationToken ct) => RecordAsync(
        [.. events.Select(e => (e.Event.Lead.LeadId, e.Envelope.Time, "stage_changed", $"Moved from {e.Event.From} to {e.Event.To}", JsonSerializer.Serialize(new { leadId = e.Event.Lead.LeadId })))], ct);

    private async Task RecordAsync(IReadOnlyList<(Guid LeadId, DateTimeOffset At, string Type, string Summary, string Data)> lines, CancellationToken ct)
    {
        var ids = lines.Select(l => l.LeadId).Distinct().ToList();
        var links = await db.LeadLinks.Where(l => ids.Contains(l.LeadId)).ToDictionaryAsync(l => l.LeadId, l => l.CustomerId, ct);
        foreach (var (leadId, at, type, summary, data) in lines)
            if (links.TryGetValue(leadId, out var customer))
                db.Add(new CustomerEvent { TenantId = db.Caller.TenantId, CustomerId = customer, Type = type, At = at, Summary = summary, Data = data });
        await db.SaveChangesAsync(ct);
    }
}
