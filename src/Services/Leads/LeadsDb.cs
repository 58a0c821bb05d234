using Microsoft.EntityFrameworkCore;
using Tideline.Leads.Imports;
using Tideline.Leads.Pipelines;
using Tideline.Leads.Timeline;
using Tideline.Platform.Data;
using Tideline.Platform.Security;

namespace Tideline.Leads;

internal sealed class LeadsDb(DbContextOptions<LeadsDb> options, Caller caller) : ServiceDb(options, caller)
{
    public DbSet<Lead> Leads => Set<Lead>();
    public DbSet<LeadIdentity> Identities => Set<LeadIdentity>();
    public DbSet<LeadActivity> Activities => Set<LeadActivity>();
    public DbSet<Pipeline> Pipelines => Set<Pipeline>();
    public DbSet<Stage> Stages => Set<Stage>();
    public DbSet<LeadImport> Imports => Set<LeadImport>();
    public DbSet<ImportChunk> ImportChunks => Set<ImportChunk>();
    public DbSet<ImportRejection> ImportRejections => Set<ImportRejection>();
    public DbSet<TenantSetting> TenantSettings => Set<TenantSetting>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Lead>(lead =>
        {
            lead.ToTable("lead");
            lead.Ignore(x => x.Value);
            lead.Property(x => x.Status).HasConversion(s => s.ToString().ToLowerInvariant(), s => Enum.Parse<LeadStatus>(s, true));
            lead.Property(x => x.Custom).HasJson();
            lead.Property(x => x.Version).IsRowVersion();
            lead.Property<string>("Search").ValueGeneratedOnAddOrUpdate();
        });
        modelBuilder.Entity<LeadIdentity>(identity => identity.ToTable("lead_identity").HasKey(x => new { x.TenantId, x.Kind, x.Value }));
        modelBuilder.Entity<LeadActivity>(activity =>
        {
            activity.ToTable("lead_activity");
            activity.Property(x => x.Changes).HasColumnType("jsonb");
            activity.Property(x => x.Data).HasColumnType("jsonb");
        });
        modelBuilder.Entity<Pipeline>().ToTable("pipeline");
        modelBuilder.Entity<Stage>(stage =>
        {
            stage.ToTable("stage");
            stage.Property(x => x.Status).HasConversion(s => s.ToString().ToLowerInvariant(), s => Enum.Parse<LeadStatus>(s, true));
        });
        modelBuilder.Entity<LeadImport>(import =>
        {
            import.ToTable("import_job");
            import.Property(x => x.Status).HasConversion(s => s.ToString().ToLowerInvariant(), s => Enum.Parse<ImportStatus>(s, true));
            import.Property(x => x.Dialect!).HasJson();
            import.Property(x => x.Columns).HasJson();
            import.Property(x => x.Preview).HasJson();
            import.Property(x => x.Mapping!).HasJson();
            import.Ignore(x => x.Position).Ignore(x => x.Percent);
        });
        modelBuilder.Entity<ImportChunk>().ToTable("import_chunk").HasKey(x => new { x.TenantId, x.ImportId, x.Number });
        modelBuilder.Entity<ImportRejection>().ToTable("import_rejection").HasKey(x => new { x.TenantId, x.ImportId, x.Row });
        modelBuilder.Entity<TenantSetting>().ToTable("tenant_setting").HasKey(x => x.TenantId);
        base.OnModelCreating(modelBuilder);
    }
}

/// <summary>An address by which a lead is recognised.</summary>
internal sealed class LeadIdentity : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required string Kind { get; init; }
    public required string Value { get; init; }
    public required Guid LeadId { get; init; }
}

/// <summary>A tenant's defaults, copied from identity.</summary>
internal sealed class TenantSetting : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required string Country { get; set; }
    public required string Currency { get; set; }
    public required string TimeZone { get; set; }
}
