using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Brands;

/// <summary>Makes and changes brands so that a workspace that has any has exactly one default.</summary>
internal sealed class BrandBook(BrandsDb db, Caller caller, IOptions<BrandsOptions> options, TimeProvider clock)
{
    private const int MaxBrands = 200;

    /// <summary>Makes a brand; the first one is the default whatever it says. Stores it.</summary>
    public async Task<Brand> CreateAsync(BrandInput input, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(input.Name)) throw Problem.Invalid("name", "Must have 1 to 200 characters.");
        var brand = New(input.Name.Trim());
        BrandRules.Apply(brand, input);
        await InOrderAsync(async () =>
        {
            if (await db.Brands.CountAsync(ct) >= MaxBrands) throw Problem.Conflict("too_many_brands", $"A workspace may have {MaxBrands} brands.");
            brand.IsDefault = !await db.Brands.AnyAsync(b => b.IsDefault, ct);
            if (input.IsDefault == true && !brand.IsDefault) await TakeDefaultAsync(brand, ct);
            db.Add(brand);
            db.Publish(brand.Updated());
        }, ct);
        return brand;
    }

    /// <summary>Makes the brand of a new workspace, unless somebody was quicker. The caller's transaction stores it.</summary>
    public async Task EnsureDefaultAsync(string name, CancellationToken ct)
    {
        if (await db.Brands.AnyAsync(ct)) return;
        var brand = New(name);
        brand.IsDefault = true;
        db.Add(brand);
        db.Publish(brand.Updated());
        await db.SaveChangesAsync(ct);
    }

    /// <summary>Changes what is stated and stores it.</summary>
    public async Task ChangeAsync(Brand brand, BrandInput input, CancellationToken ct)
    {
        if (input.IsDefault == false && brand.IsDefault)
            throw Problem.Conflict("default_brand_needed", "A workspace needs a default brand.", "Make another brand the default instead.");
        BrandRules.Apply(brand, input);
        await InOrderAsync(async () =>
        {
            if (input.IsDefault == true && !brand.IsDefault) await TakeDefaultAsync(brand, ct);
            if (!db.ChangeTracker.HasChanges()) return;
            brand.UpdatedAt = clock.GetUtcNow();
            db.Publish(brand.Updated());
        }, ct);
    }

    private Brand New(string name) => new()
    {
        TenantId = caller.TenantId,
        Name = name,
        LegalName = name,
        FromName = name,
        FromEmail = options.Value.FromEmail,
        CreatedAt = clock.GetUtcNow(),
        UpdatedAt = clock.GetUtcNow(),
    };

    // The index allows no moment with two defaults, so the old one goes first.
    private async Task TakeDefaultAsync(Brand brand, CancellationToken ct)
    {
        foreach (var old in await db.Brands.Where(b => b.IsDefault && b.Id != brand.Id).ToListAsync(ct))
        {
            old.IsDefault = false;
            old.UpdatedAt = clock.GetUtcNow();
            db.Publish(old.Updated());
        }
        await db.SaveChangesAsync(ct);
        brand.IsDefault = true;
    }

    // One change of a workspace's brands after the other: two that take the default at the same moment must not meet.
    private async Task InOrderAsync(Func<Task> work, CancellationToken ct)
    {
        await using var transaction = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(ct) : null;
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({"brands " + caller.TenantId}, 0))", ct);
        await work();
        await db.SaveChangesAsync(ct);
        if (transaction is null) return;
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
    }
}
