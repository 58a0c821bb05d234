using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Identity;
using Tideline.Platform.Events;

namespace Tideline.Leads;

/// <summary>Keeps the tenant's defaults at hand: the country of typed phone numbers, the currency of values.</summary>
internal sealed class RememberTenant(LeadsDb db) : IHandle<TenantCreated>, IHandle<TenantUpdated>
{
    public Task HandleAsync(TenantCreated happened, CancellationToken ct) =>
        StoreAsync(happened.TenantId, happened.Country, happened.Currency, happened.TimeZone, ct);

    public Task HandleAsync(TenantUpdated happened, CancellationToken ct) =>
        StoreAsync(happened.TenantId, happened.Country, happened.Currency, happened.TimeZone, ct);

    private async Task StoreAsync(Guid tenant, string country, string currency, string timeZone, CancellationToken ct)
    {
        var known = await db.TenantSettings.SingleOrDefaultAsync(ct);
        if (known is null) db.Add(new TenantSetting { TenantId = tenant, Country = country, Currency = currency, TimeZone = timeZone });
        else (known.Country, known.Currency, known.TimeZone) = (country, currency, timeZone);
        await db.SaveChangesAsync(ct);
    }
}
