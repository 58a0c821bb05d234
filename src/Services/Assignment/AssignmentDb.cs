using Microsoft.EntityFrameworkCore;
using Tideline.Assignment.Pools;
using Tideline.Assignment.Rules;
using Tideline.Platform.Data;
using Tideline.Platform.Security;

namespace Tideline.Assignment;

internal sealed class AssignmentDb(DbContextOptions<AssignmentDb> options, Caller caller) : ServiceDb(options, caller)
{
    public DbSet<Pool> Pools => Set<Pool>();
    public DbSet<PoolMember> Members => Set<PoolMember>();
    public DbSet<Rule> Rules => Set<Rule>();
    public DbSet<KnownLead> KnownLeads => Set<KnownLead>();
    public DbSet<OpenItem> OpenItems => Set<OpenItem>();
    public DbSet<Decision> Decisions => Set<Decision>();
    public DbSet<WaitingLead> Waiting => Set<WaitingLead>();

    /// <summary>Nobody else decides, or changes who is in a pool, until the transaction ends.</summary>
    public Task LockPoolsAsync(CancellationToken ct) =>
        Database.ExecuteSqlAsync($"select 1 from pool where tenant_id = {Caller.TenantId} order by id for update", ct);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Pool>(pool => pool.ToTable("pool").Property(x => x.Version).IsRowVersion());
        modelBuilder.Entity<PoolMember>().ToTable("pool_member").HasKey(x => new { x.TenantId, x.PoolId, x.UserId });
        modelBuilder.Entity<Rule>(rule =>
        {
            rule.ToTable("rule").Property(x => x.Version).IsRowVersion();
            rule.Property(x => x.Conditions).HasJson();
        });
        modelBuilder.Entity<KnownLead>(lead => lead.ToTable("known_lead").HasKey(x => new { x.TenantId, x.LeadId }));
        modelBuilder.Entity<KnownLead>().Ignore(x => x.IsClosed).Property(x => x.Snapshot).HasColumnType("jsonb");
        modelBuilder.Entity<OpenItem>().ToTable("open_item").HasKey(x => new { x.TenantId, x.LeadId });
        modelBuilder.Entity<Decision>().ToTable("assignment");
        modelBuilder.Entity<WaitingLead>().ToTable("waiting").HasKey(x => new { x.TenantId, x.LeadId });
        base.OnModelCreating(modelBuilder);
    }
}
