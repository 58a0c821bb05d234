using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Contracts;
using Tideline.Platform.Clients;
using Tideline.Platform.Data;
using Tideline.Platform.Hosting;
using Tideline.Platform.Jobs;
using Tideline.Platform.Security;

namespace Tideline.Services.Tests.Worker;

/// <summary>A service whose jobs do what the test says.</summary>
internal sealed class LaborService(bool handlesJobs = true) : IService
{
    public string Name => "labor";

    public void Add(ServiceBuilder svc)
    {
        svc.Services.AddSingleton<Script>();
        svc.AddDatabase<LaborDb>();
        if (handlesJobs) svc.Runs<Dig, RunDig>().Runs<Haul, RunHaul>().Runs<Nap, RunNap>();
    }

    public void Map(ServiceRoutes routes)
    {
    }
}

internal sealed class LaborDb(DbContextOptions<LaborDb> options, Caller caller) : ServiceDb(options, caller);

[Job("labor.dig", MaxAttempts = 3)]
internal sealed record Dig(string What) : IJob;

[Job("labor.haul", Queue = "heavy", Concurrency = 1)]
internal sealed record Haul(int Number) : IJob;

[Job("labor.nap", MaxAttempts = 2, TimeoutSeconds = 1)]
internal sealed record Nap : IJob;

/// <summary>Nobody runs this type.</summary>
[Job("mystery.solve")]
internal sealed record Solve : IJob;

/// <summary>What handlers of one host do, and what they saw.</summary>
internal sealed class Script
{
    public Func<object, JobRun, CancellationToken, Task> OnRun { get; set; } = (_, _, _) => Task.CompletedTask;

    public ConcurrentQueue<Seen> Runs { get; } = new();

    public async Task RunAsync(IJob job, JobRun run, Caller caller, CancellationToken ct)
    {
        Runs.Enqueue(new Seen(job, run.Attempt, caller.TenantIdOrNull, ServiceFlow.Current, Activity.Current?.ParentId, Activity.Current?.TraceId.ToString()));
        await OnRun(job, run, ct);
    }
}

internal sealed record Seen(IJob Job, int Attempt, Guid? Tenant, ServiceFlow? Flow, string? Parent, string? Trace);

internal sealed class RunDig(Script script, Caller caller) : IRunJob<Dig>
{
    public Task RunAsync(Dig job, JobRun run, CancellationToken ct) => script.RunAsync(job, run, caller, ct);
}

internal sealed class RunHaul(Script script, Caller caller) : IRunJob<Haul>
{
    public Task RunAsync(Haul job, JobRun run, CancellationToken ct) => script.RunAsync(job, run, caller, ct);
}

internal sealed class RunNap(Script script, Caller caller) : IRunJob<Nap>
{
    public Task RunAsync(Nap job, JobRun run, CancellationToken ct) => script.RunAsync(job, run, caller, ct);
}
