using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Customers;
using Tideline.Platform.Events;

namespace Tideline.Leads;

/// <summary>Remembers which person each lead is, once customers has resolved it.</summary>
internal sealed class RecordCustomers(LeadsDb db) : IHandleMany<CustomerResolved>
{
    public async Task HandleAsync(IReadOnlyList<Received<CustomerResolved>> events, CancellationToken ct)
    {
        var ids = events.Select(e => e.Event.LeadId).ToHashSet();
        var leads = await db.Leads.Where(l => ids.Contains(l.Id)).ToDictionaryAsync(l => l.Id, ct);
        foreach (var (resolved, _) in events)
            if (leads.TryGetValue(resolved.LeadId, out var lead)) lead.BelongsTo(resolved.CustomerId);
        await db.SaveChangesAsync(ct);
    }
}
