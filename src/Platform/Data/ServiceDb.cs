using System.Diagnostics;
using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Tideline.Contracts;
using Tideline.Contracts.Worker;
using Tideline.Platform.Events;
using Tideline.Platform.Jobs;
using Tideline.Platform.Security;

namespace Tideline.Platform.Data;

/// <summary>
/// A service's database as EF Core sees it: the service's own tables and the platform's (outbox, inbox, idempotency keys).
/// The schema itself is defined by the SQL migrations; the model only maps it.
/// </summary>
public abstract class ServiceDb(DbContextOptions options, Caller caller) : DbContext(options)
{
    /// <summary>Name of the query filter that every <see cref="ITenantOwned"/> entity carries.</summary>
    public const string TenantFilter = "tenant";

    /// <summary>On whose behalf this context works.</summary>
    public Caller Caller { get; } = caller;

    internal OutboxSignal? OutboxSignal { get; set; }

    private Guid FilterTenant => Caller.TenantIdOrNull ?? Guid.Empty;
    private bool _hasNews;

    /// <summary>Records a fact in the outbox, in the transaction of the next <c>SaveChanges</c>.</summary>
    public void Publish(IEvent happened) => Publish(happened, Caller.TenantIdOrNull);

    /// <summary>Records a fact of a tenant that is not the caller's: a tenant that is just being made, for one.</summary>
    public void Publish(IEvent happened, Guid? tenantId)
    {
        Set<OutboxMessage>().Add(OutboxMessage.Of(happened, tenantId));
        _hasNews = true;
    }

    /// <summary>Hands work to the job queue, in the transaction of the next <c>SaveChanges</c>.</summary>
    /// <returns>The id of the job.</returns>
    public Guid Enqueue(IJob job, DateTimeOffset? runAt = null, string? uniqueKey = null, int priority = 5)
    {
        var requested = JobRequests.Of(job, runAt, uniqueKey, priority);
        Publish(requested);
        return requested.JobId;
    }

    /// <inheritdoc/>
    public override int SaveChanges(bool acceptAllChangesOnSuccess) =>
        throw new NotSupportedException("Use SaveChangesAsync: a thread that waits for the database serves nobody else.");

    /// <inheritdoc/>
    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        var rows = await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        // Inside an outer transaction the rows are not visible before its commit; whoever commits it raises the signal again.
        if (_hasNews && Database.CurrentTransaction is null) RaiseOutboxSignal();
        return rows;
    }

    /// <summary>Wakes the relay. Called after the commit of a transaction that the caller opened itself.</summary>
    public void RaiseOutboxSignal()
    {
        if (!_hasNews) return;
        _hasNews = false;
        OutboxSignal?.Raise();
    }

    /// <summary>Wakes the relay after events were written by plain SQL and committed.</summary>
    public void OutboxWritten() => OutboxSignal?.Raise();

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Conventions.Add(_ => new SnakeCase());

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<OutboxMessage>(outbox =>
        {
            outbox.ToTable("outbox").HasKey(x => x.Id);
            outbox.Property(x => x.Payload).HasColumnType("text");
        });
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
            if (typeof(ITenantOwned).IsAssignableFrom(entity.ClrType) && entity.BaseType is null) FilterByTenant(modelBuilder, entity);
        // One statement would go without a transaction, and then without the tenant's setting.
        Database.AutoTransactionBehavior = AutoTransactionBehavior.Always;
    }

    private void FilterByTenant(ModelBuilder modelBuilder, IMutableEntityType entity)
    {
        var row = Expression.Parameter(entity.ClrType, "row");
        var filterTenant = typeof(ServiceDb).GetProperty(nameof(FilterTenant), BindingFlags.Instance | BindingFlags.NonPublic)!;
        var same = Expression.Equal(
            Expression.Property(row, nameof(ITenantOwned.TenantId)),
            Expression.Property(Expression.Constant(this, typeof(ServiceDb)), filterTenant));
        modelBuilder.Entity(entity.ClrType).HasQueryFilter(TenantFilter, Expression.Lambda(same, row));
        if (entity.FindProperty("Id") is not null && entity.FindPrimaryKey() is null or { Properties: [{ Name: "Id" }] })
            modelBuilder.Entity(entity.ClrType).HasKey(nameof(ITenantOwned.TenantId), "Id");
    }
}
