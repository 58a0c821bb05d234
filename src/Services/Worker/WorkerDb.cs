using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Data;
using Tideline.Platform.Security;
using Tideline.Worker.Jobs;
using Tideline.Worker.Queues;

namespace Tideline.Worker;

internal sealed class WorkerDb(DbContextOptions<WorkerDb> options, Caller caller) : ServiceDb(options, caller)
{
    public DbSet<Job> Jobs => Set<Job>();
    public DbSet<ReadyJob> Ready => Set<ReadyJob>();
    public DbSet<Lease> Leases => Set<Lease>();
    public DbSet<JobLog> Log => Set<JobLog>();
    public DbSet<QueueSetting> QueueSettings => Set<QueueSetting>();

    /// <summary>Types of jobs that became ready in the transaction that is open; told to waiting claims when it commits.</summary>
    public HashSet<string> BecameReady { get; } = new(StringComparer.Ordinal);

    /// <summary>Jobs for later came in with the transaction that is open.</summary>
    public bool BecameScheduled { get; set; }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Job>(job =>
        {
            job.ToView("job_now");
            job.Property(x => x.State).HasConversion(s => s.ToString().ToLowerInvariant(), s => Enum.Parse<JobState>(s, true));
        });
        modelBuilder.Entity<ReadyJob>().ToTable("ready");
        modelBuilder.Entity<Lease>().ToTable("lease");
        modelBuilder.Entity<JobLog>(log =>
        {
            log.ToTable("job_log").HasKey(x => new { x.TenantId, x.JobId, x.Seq });
            log.Property(x => x.Seq).ValueGeneratedOnAdd();
        });
        modelBuilder.Entity<QueueSetting>().ToTable("queue_setting").HasKey(x => new { x.TenantId, x.Name });
        base.OnModelCreating(modelBuilder);
    }
}
