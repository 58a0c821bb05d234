using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Data;
using Tideline.Platform.Security;
using Tideline.Scheduler.Schedules;
using Tideline.Scheduler.Tasks;

namespace Tideline.Scheduler;

internal sealed class SchedulerDb(DbContextOptions<SchedulerDb> options, Caller caller) : ServiceDb(options, caller)
{
    public DbSet<ScheduledTask> Tasks => Set<ScheduledTask>();
    public DbSet<Schedule> Schedules => Set<Schedule>();
    public DbSet<Execution> Executions => Set<Execution>();

    /// <summary>What is due next may have changed with the transaction that is open; told to the loop when it commits.</summary>
    public bool DueChanged { get; set; }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<ScheduledTask>(task =>
        {
            task.ToTable("task");
            task.Property(x => x.State).HasConversion(s => s.ToString().ToLowerInvariant(), s => Enum.Parse<TaskState>(s, true));
        });
        modelBuilder.Entity<Schedule>(schedule =>
        {
            schedule.ToTable("schedule");
            schedule.Property(x => x.Misfire).HasConversion(s => s.ToString().ToLowerInvariant(), s => Enum.Parse<Misfire>(s, true));
            schedule.Property(x => x.Version).HasConversion<long>().IsConcurrencyToken();
        });
        modelBuilder.Entity<Execution>(execution =>
        {
            execution.ToTable("schedule_execution");
            execution.Property(x => x.Kind).HasConversion(s => s.ToString().ToLowerInvariant(), s => Enum.Parse<ExecutionKind>(s, true));
        });
        base.OnModelCreating(modelBuilder);
    }
}
