using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Tideline.Contracts;
using Tideline.Notifications.Batches;
using Tideline.Notifications.Email;
using Tideline.Notifications.Inbox;
using Tideline.Notifications.Messages;
using Tideline.Notifications.MessageTemplates;
using Tideline.Notifications.Sandbox;
using Tideline.Notifications.Suppressions;
using Tideline.Platform.Data;
using Tideline.Platform.Security;

namespace Tideline.Notifications;

internal sealed class NotificationsDb(DbContextOptions<NotificationsDb> options, Caller caller) : ServiceDb(options, caller)
{
    public DbSet<Batch> Batches => Set<Batch>();
    public DbSet<Chunk> Chunks => Set<Chunk>();
    public DbSet<Message> Messages => Set<Message>();
    public DbSet<DeliveryAttempt> Attempts => Set<DeliveryAttempt>();
    public DbSet<SandboxMessage> Sandbox => Set<SandboxMessage>();
    public DbSet<BlockedAddress> Blocked => Set<BlockedAddress>();
    public DbSet<StoredTemplate> Templates => Set<StoredTemplate>();
    public DbSet<InboxItem> Inbox => Set<InboxItem>();
    public DbSet<AssignmentDigest> Digests => Set<AssignmentDigest>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Batch>(batch =>
        {
            batch.ToTable("batch");
            batch.Property(x => x.Links).HasColumnType("jsonb").HasConversion(
                l => JsonSerializer.Serialize(l, ContractsJson.Options),
                l => JsonSerializer.Deserialize<List<LinkTarget>>(l, ContractsJson.Options)!,
                // Written once and never changed.
                new ValueComparer<List<LinkTarget>>((a, b) => ReferenceEquals(a, b), l => l.Count));
        });
        modelBuilder.Entity<Chunk>().ToTable("chunk");
        modelBuilder.Entity<Message>(message =>
        {
            message.ToTable("message");
            message.Property(x => x.Variables).HasColumnType("jsonb");
        });
        modelBuilder.Entity<DeliveryAttempt>().ToTable("delivery_attempt").HasKey(x => new { x.TenantId, x.MessageId, x.Id });
        modelBuilder.Entity<SandboxMessage>().ToTable("sandbox_message");
        modelBuilder.Entity<BlockedAddress>().ToTable("blocked_address").HasKey(x => new { x.TenantId, x.Channel, x.Address, x.Reason });
        modelBuilder.Entity<StoredTemplate>(template => template.ToTable("message_template").Property(x => x.Version).IsRowVersion());
        modelBuilder.Entity<InboxItem>().ToTable("inbox_item");
        modelBuilder.Entity<AssignmentDigest>().ToTable("assignment_digest").HasKey(x => new { x.TenantId, x.UserId });
        base.OnModelCreating(modelBuilder);
    }
}
