using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Contracts.Worker;
using Tideline.Platform.Hosting;
using Tideline.Platform.Jobs;
using Tideline.Worker.Claims;
using Tideline.Worker.Jobs;
using Tideline.Worker.Queues;

namespace Tideline.Worker;

/// <summary>Keeps the one job queue: who asked for what, who runs it, what became of it.</summary>
public sealed class WorkerService : IService
{
    /// <inheritdoc/>
    public string Name => "worker";

    /// <inheritdoc/>
    public void Add(ServiceBuilder svc)
    {
        svc.Services.AddValidation();
        svc.Services.AddSingleton<ReadyWaiters>().AddSingleton<DueSignal>().AddSingleton<TellWhenCommitted>();
        svc.Services.AddSingleton<ClaimJobs>().AddSingleton<HeartbeatRuns>().AddSingleton<EndRuns>().AddSingleton<LeaveQueue>().AddSingleton<SettleRuns>();
        svc.Services.AddSingleton<EnqueueJobs>().AddSingleton<JobQueue>().AddSingleton<IJobQueue>(provider => provider.GetRequiredService<JobQueue>());
        svc.Services.AddSingleton<QueueNumbers>().AddScoped<QueueSwitch>().AddScoped<JobActions>();
        svc.AddDatabase<WorkerDb>()
            .AddOptions<WorkerOptions>()
            .Publishes<JobGivenUp>()
            .HandlesMany<JobRequested, AddJobs>()
            .AddLoop<PromoteDue>()
            .AddLoop<RescueLost>()
            .AddLoop<ForgetOld>()
            .AddLoop<QueueGauges>();
        svc.Services.ConfigureDbContext<WorkerDb>((provider, db) => db.AddInterceptors(provider.GetRequiredService<TellWhenCommitted>()));
    }

    /// <inheritdoc/>
    public void Map(ServiceRoutes routes)
    {
        routes.Api.MapQueues();
        routes.Api.MapJobs();
        routes.Internal.MapClaims();
    }
}
