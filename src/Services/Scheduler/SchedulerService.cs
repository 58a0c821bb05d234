using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Contracts.Scheduler;
using Tideline.Platform.Hosting;
using Tideline.Scheduler.Schedules;
using Tideline.Scheduler.Tasks;

namespace Tideline.Scheduler;

/// <summary>Tells others when a time has come: once, as services have asked, or again and again, as people have.</summary>
public sealed class SchedulerService : IService
{
    /// <inheritdoc/>
    public string Name => "scheduler";

    /// <inheritdoc/>
    public void Add(ServiceBuilder svc)
    {
        svc.Services.AddValidation();
        svc.Services.AddSingleton<DueSignals>().AddSingleton<TellWhenCommitted>();
        svc.AddDatabase<SchedulerDb>()
            .Publishes<ScheduleDue>()
            .HandlesMany<ScheduleRequested, RecordRequests>()
            .HandlesMany<ScheduleCancelled, CancelRequests>()
            .AddLoop<FireTasks>()
            .AddLoop<FireSchedules>()
            .AddLoop<ForgetOld>();
        svc.Services.ConfigureDbContext<SchedulerDb>((provider, db) => db.AddInterceptors(provider.GetRequiredService<TellWhenCommitted>()));
    }

    /// <inheritdoc/>
    public void Map(ServiceRoutes routes)
    {
        routes.Api.MapSchedules();
        routes.Api.MapTasks();
    }
}
