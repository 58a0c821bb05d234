using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Tideline.Campaigns.Audiences;
using Tideline.Campaigns.Results;
using Tideline.Campaigns.Runs;
using Tideline.Contracts;
using Tideline.Platform.Data;
using Tideline.Platform.Security;

namespace Tideline.Campaigns;

internal sealed class CampaignsDb(DbContextOptions<CampaignsDb> options, Caller caller) : ServiceDb(options, caller)
{
    public DbSet<Campaign> Campaigns => Set<Campaign>();
    public DbSet<CampaignRun> Runs => Set<CampaignRun>();
    public DbSet<CampaignRecipient> Recipients => Set<CampaignRecipient>();
    public DbSet<CampaignTally> Tallies => Set<CampaignTally>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Campaign>(campaign =>
        {
            campaign.ToTable("campaign");
            campaign.Property(x => x.Status).HasConversion(s => s.ToString().ToLowerInvariant(), s => Enum.Parse<CampaignStatus>(s, true));
            campaign.Property(x => x.Audience).HasColumnType("jsonb").HasConversion(
                a => JsonSerializer.Serialize(a, ContractsJson.Options),
                a => JsonSerializer.Deserialize<Audience>(a, ContractsJson.Options)!);
            campaign.Property(x => x.Version).IsRowVersion();
        });
        modelBuilder.Entity<CampaignRun>(run =>
        {
            run.ToTable("campaign_run").HasKey(x => new { x.TenantId, x.CampaignId });
            run.Property(x => x.Phase).HasConversion(s => s.ToString().ToLowerInvariant(), s => Enum.Parse<RunPhase>(s, true));
        });
        modelBuilder.Entity<CampaignRecipient>(recipient =>
        {
            recipient.ToTable("campaign_recipient").HasKey(x => new { x.TenantId, x.CampaignId, x.MessageId });
            recipient.Property(x => x.Variables).HasColumnType("jsonb");
        });
        modelBuilder.Entity<CampaignTally>().ToTable("campaign_tally")
            .HasKey(x => new { x.TenantId, x.CampaignId, x.Metric, x.Bucket, x.Reason, x.Shard });
        base.OnModelCreating(modelBuilder);
    }

    /// <summary>Plain SQL in the transaction that is open, for what goes by the thousand.</summary>
    public NpgsqlBatch Batch() => new(
        (NpgsqlConnection)Database.GetDbConnection(),
        (NpgsqlTransaction)(Database.CurrentTransaction ?? throw new InvalidOperationException("No transaction is open.")).GetDbTransaction());

    /// <summary>Whoever changes a campaign's state waits here for whoever does so at the moment.</summary>
    public Task LockAsync(Guid campaignId, CancellationToken ct) =>
        Database.ExecuteSqlAsync($"select 1 from campaign where tenant_id = {Caller.TenantId} and id = {campaignId} for update", ct);
}
