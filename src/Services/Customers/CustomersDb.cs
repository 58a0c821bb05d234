using Microsoft.EntityFrameworkCore;
using Tideline.Customers.Consents;
using Tideline.Platform.Data;
using Tideline.Platform.Security;

namespace Tideline.Customers;

internal sealed class CustomersDb(DbContextOptions<CustomersDb> options, Caller caller) : ServiceDb(options, caller)
{
    public DbSet<Customer> Customers => Set<Customer>();
    public DbSet<CustomerAddress> Addresses => Set<CustomerAddress>();
    public DbSet<LeadLink> LeadLinks => Set<LeadLink>();
    public DbSet<CustomerEvent> Events => Set<CustomerEvent>();
    public DbSet<Consent> Consents => Set<Consent>();
    public DbSet<Suppression> Suppressions => Set<Suppression>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Customer>(customer =>
        {
            customer.ToTable("customer");
            customer.Property(x => x.Attributes).HasJson();
        });
        modelBuilder.Entity<CustomerAddress>().ToTable("customer_address").HasKey(x => new { x.TenantId, x.Kind, x.Value });
        modelBuilder.Entity<LeadLink>().ToTable("lead_link").HasKey(x => new { x.TenantId, x.LeadId });
        modelBuilder.Entity<CustomerEvent>(happened =>
        {
            happened.ToTable("customer_event");
            happened.Property(x => x.Data).HasColumnType("jsonb");
        });
        modelBuilder.Entity<Consent>().ToTable("consent");
        modelBuilder.Entity<Suppression>().ToTable("suppression");
        base.OnModelCreating(modelBuilder);
    }
}
