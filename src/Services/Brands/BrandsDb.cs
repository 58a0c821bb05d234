using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Data;
using Tideline.Platform.Security;

namespace Tideline.Brands;

internal sealed class BrandsDb(DbContextOptions<BrandsDb> options, Caller caller) : ServiceDb(options, caller)
{
    public DbSet<Brand> Brands => Set<Brand>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Brand>(brand =>
        {
            brand.ToTable("brand");
            brand.Property(x => x.PrimaryColor).HasColumnType("char(7)");
            brand.Property(x => x.AccentColor).HasColumnType("char(7)");
            brand.Property(x => x.Version).IsRowVersion();
        });
        base.OnModelCreating(modelBuilder);
    }
}
