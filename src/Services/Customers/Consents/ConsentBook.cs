using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Customers;

namespace Tideline.Customers.Consents;

/// <summary>Writes consents and suppressions, and tells everybody who sends. The caller saves.</summary>
internal sealed class ConsentBook(CustomersDb db, TimeProvider clock)
{
    /// <summary>The address is not written to any more. Nothing happens when that is so already.</summary>
    public async Task<Suppression> SuppressAsync(string channel, string address, string reason, Guid? by, CancellationToken ct)
    {
        var known = db.Suppressions.Local.FirstOrDefault(s => s.Channel == channel && s.Address == address)
            ?? await db.Suppressions.SingleOrDefaultAsync(s => s.Channel == channel && s.Address == address, ct);
        if (known is not null) return known;
        var suppression = new Suppression { TenantId = db.Caller.TenantId, Channel = channel, Address = address, Reason = reason, CreatedBy = by, CreatedAt = clock.GetUtcNow() };
        db.Add(suppression);
        db.Publish(new SuppressionChanged { Channel = channel, Address = address, Reason = reason, Active = true });
        return suppression;
    }

    /// <summary>The address may be written to again.</summary>
    public void Release(Suppression suppression)
    {
        db.Remove(suppression);
        db.Publish(new SuppressionChanged { Channel = suppression.Channel, Address = suppression.Address, Reason = suppression.Reason, Active = false });
    }

    /// <summary>Records a statement, unless the newest says the same in the same words.</summary>
    public async Task StateAsync(Consent said, CancellationToken ct)
    {
        var newest = await db.Consents.Where(c => c.Channel == said.Channel && c.Address == said.Address && c.Topic == said.Topic)
            .OrderByDescending(c => c.At).ThenByDescending(c => c.Id).FirstOrDefaultAsync(ct);
        // Agreed to once more, in other words, it is another proof.
        if (newest?.State == said.State && (said.Wording is null || newest.Wording == said.Wording)) return;
        db.Add(said);
        db.Publish(new ConsentChanged { CustomerId = said.CustomerId, Channel = said.Channel, Topic = said.Topic, State = said.State, Address = said.Address, Source = said.Source });
    }
}
