using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Identity;
using Tideline.Leads.Pipelines;

namespace Tideline.Leads;

/// <summary>The tenant's country and currency. They come by event; a tenant that is so new that the event is still on its way is asked for at identity.</summary>
internal sealed class TenantDefaults(LeadsDb db, IdentityClient identity, PipelineBook pipelines)
{
    private TenantSetting? _found;

    public async Task<TenantSetting> FindAsync(CancellationToken ct)
    {
        if (_found is not null) return _found;
        // Who asks for these writes leads, and needs the stages next: they come along in the same round trip.
        var rows = await (from stage in db.Stages.AsNoTracking() from setting in db.TenantSettings.DefaultIfEmpty() orderby stage.Position select new { stage, setting }).ToListAsync(ct);
        pipelines.Know([.. rows.Select(r => r.stage)]);
        _found = rows.Count > 0 ? rows[0].setting : await db.TenantSettings.AsNoTracking().SingleOrDefaultAsync(ct);
        if (_found is null && await identity.TenantAsync(ct) is { } tenant)
            _found = new TenantSetting { TenantId = tenant.Id, Country = tenant.Country, Currency = tenant.Currency, TimeZone = tenant.TimeZone };
        return _found ??= new TenantSetting { TenantId = db.Caller.TenantId, Country = "US", Currency = "USD", TimeZone = "UTC" };
    }

    public async Task<string> CountryAsync(CancellationToken ct) => (await FindAsync(ct)).Country;
}
