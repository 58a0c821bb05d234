using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Customers;
using Tideline.Platform.Events;

namespace Tideline.Leads;

/// <summary>Remembers which person each lead is, once customers has resolved it.</summary>
internal sealed class RecordCustomers(LeadsDb db) : IHandleMany<CustomerResolved>
{
    public Task HandleAsync(IReadOnlyList<Received<CustomerResolved>> events, CancellationToken ct)
    {
        // Said twice in one run, the last word counts. Locked in the order of their ids, as all who write many leads do.
        var resolved = events.Select(e => e.Event).GroupBy(e => e.LeadId).ToDictionary(g => g.Key, g => g.Last().CustomerId);
        Guid[] leads = [.. resolved.Keys], customers = [.. resolved.Values];
        return db.Database.ExecuteSqlAsync($"""
            with found as (
                select l.id, r.customer_id from unnest({leads}, {customers}) as r (lead_id, customer_id)
                join lead l on l.tenant_id = {db.Caller.TenantId} and l.id = r.lead_id and l.customer_id is distinct from r.customer_id
                order by l.id for update of l
            )
            update lead l set customer_id = found.customer_id from found where l.tenant_id = {db.Caller.TenantId} and l.id = found.id
            """, ct);
    }
}
