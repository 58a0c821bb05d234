using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tideline.Contracts.Worker;
using Tideline.Platform.Clients;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Jobs;

/// <summary>A runner for each service of this process that handles jobs.</summary>
internal sealed class JobLoops(
    IEnumerable<ServiceRegistration> services, IServiceProvider provider, IOptions<JobOptions> options, TimeProvider clock, ILoggerFactory loggers) : ILoopSource
{
    /// <inheritdoc/>
    public IEnumerable<(string Service, string Name, IServiceLoop Loop)> Loops()
    {
        foreach (var service in services.Where(s => s.Jobs.Count > 0))
        {
            JobCall[] calls = [.. service.Jobs.Select(JobCall.Of)];
            foreach (var call in calls)
                if (!call.Type.Name.StartsWith(service.Name + ".", StringComparison.Ordinal))
                    throw new InvalidOperationException($"The job type '{call.Type.Name}' must begin with '{service.Name}.', the service that runs it.");
            yield return (service.Name, "jobs", new JobRunner(service.Name, calls, provider, options.Value, clock, loggers.CreateLogger<JobRunner>()));
        }
    }
}

internal static class JobExtensions
{
    /// <summary>The runners of this process.</summary>
    public static void AddJobs(this IServiceCollection services)
    {
        services.AddOptions<JobOptions>().BindConfiguration("Jobs").ValidateDataAnnotations().ValidateOnStart();
        services.AddServiceClient<WorkerClient>("worker");
        // The worker service, where it is in this process, puts itself in its place.
        services.TryAddSingleton<IJobQueue>(provider => new RemoteJobQueue(provider.GetRequiredService<WorkerClient>()));
        services.AddScoped<BulkJobs>();
        services.AddSingleton<ILoopSource, JobLoops>();
    }
}
