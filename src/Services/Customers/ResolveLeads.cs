using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Customers;
using Tideline.Contracts.Leads;
using Tideline.Platform.Events;
using Tideline.Platform.Realtime;

namespace Tideline.Customers;

/// <summary>Finds the person behind each lead by e-mail address or phone number, or makes them.</summary>
internal sealed class ResolveLeads(CustomersDb db, TimeProvider clock, ILiveUpdates live) : IHandleMany<LeadCreated>, IHandleMany<LeadUpdated>
{
    public Task HandleAsync(IReadOnlyList<Received<LeadCreated>> events, CancellationToken ct) =>
        ResolveAsync([.. events.Select(e => (e.Event.Lead, $"Became a lead{(e.Event.Lead.Source is { } s ? " from " + s : "")}"))], ct);

    public Task HandleAsync(IReadOnlyList<Received<LeadUpdated>> events, CancellationToken ct) =>
        ResolveAsync([.. events.Select(e => (e.Event.Lead, "Lead changed: " + string.Join(", ", e.Event.Changed)))], ct);

    private async Task ResolveAsync(IReadOnlyList<(LeadSnapshot Lead, string Summary)> leads, CancellationToken ct)
    {
        var (tenant, now) = (db.Caller.TenantId, clock.GetUtcNow());
        var values = leads.SelectMany(l => Identities(l.Lead)).Select(i => i.Value).Distinct().ToList();
        var leadIds = leads.Select(l => l.Lead.LeadId).Distinct().ToList();
        var addresses = await db.Addresses.Where(a => values.Contains(a.Value)).ToDictionaryAsync(a => (a.Kind, a.Value), ct);
        var links = await db.LeadLinks.Where(l => leadIds.Contains(l.LeadId)).ToDictionaryAsync(l => l.LeadId, ct);
        var known = addresses.Values.Select(a => a.CustomerId).Concat(links.Values.Select(l => l.CustomerId)).Distinct().ToList();
        var customers = await db.Customers.Where(c => known.Contains(c.Id)).ToDictionaryAsync(c => c.Id, ct);
        var owned = (await db.Addresses.Where(a => known.Contains(a.CustomerId)).ToListAsync(ct))
            .GroupBy(a => a.CustomerId).ToDictionary(g => g.Key, g => g.Select(a => a.Value).ToHashSet());

        foreach (var (lead, summary) in leads)
        {
            var identities = Identities(lead).ToList();
            // A lead that was resolved once stays with its person, whatever its addresses become.
            var customer = links.TryGetValue(lead.LeadId, out var link)
                ? customers[link.CustomerId]
                : identities.Select(i => addresses.TryGetValue(i, out var a) ? customers[a.CustomerId] : null)
                    .Where(c => c is not null).OrderBy(c => c!.CreatedAt).ThenBy(c => c!.Id).FirstOrDefault();
            var isNew = customer is null;
            if (customer is null)
            {
                customer = new Customer { TenantId = tenant, CreatedAt = now };
                customers[customer.Id] = customer;
                owned[customer.Id] = [];
                db.Add(customer);
            }
            foreach (var identity in identities)
            {
                if (addresses.ContainsKey(identity)) continue;
                var address = new CustomerAddress { TenantId = tenant, Kind = identity.Kind, Value = identity.Value, CustomerId = customer.Id, AddedAt = now };
                addresses[identity] = address;
                owned[customer.Id].Add(identity.Value);
                db.Add(address);
            }
            customer.Learn(lead, owned[customer.Id], now);
            db.Add(new CustomerEvent { TenantId = tenant, CustomerId = customer.Id, Type = "lead", At = now, Summary = summary, Data = $$"""{"leadId":"{{lead.LeadId}}"}""" });
            if (link is not null) continue;
            links[lead.LeadId] = link = new LeadLink { TenantId = tenant, LeadId = lead.LeadId, CustomerId = customer.Id };
            db.Add(link);
            db.Publish(new CustomerResolved { CustomerId = customer.Id, LeadId = lead.LeadId, Created = isNew });
        }
        await db.SaveChangesAsync(ct);
        live.Changed(tenant, "customers");
    }

    private static IEnumerable<(string Kind, string Value)> Identities(LeadSnapshot lead)
    {
        foreach (var email in new[] { lead.Email, lead.Email2 }) if (email is not null) yield return ("email", email);
        foreach (var phone in new[] { lead.Phone, lead.Phone2 }) if (phone is not null) yield return ("phone", phone);
    }
}
