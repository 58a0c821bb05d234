using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Contracts;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Jobs;

/// <summary>Calls the handler of one job type, which is known only when the service has been declared.</summary>
internal abstract class JobCall(JobHandler handler)
{
    public JobAttribute Type { get; } = JobRequests.TypeOf(handler.Job);

    protected Type Handler { get; } = handler.Handler;

    public static JobCall Of(JobHandler handler) =>
        (JobCall)Activator.CreateInstance(typeof(JobCall<>).MakeGenericType(handler.Job), handler)!;

    /// <summary>Runs the job in a scope.</summary>
    /// <exception cref="JobFailed">The payload cannot be read.</exception>
    public abstract Task RunAsync(IServiceProvider scope, string payload, JobRun run, CancellationToken ct);
}

internal sealed class JobCall<TJob>(JobHandler handler) : JobCall(handler) where TJob : IJob
{
    public override Task RunAsync(IServiceProvider scope, string payload, JobRun run, CancellationToken ct) =>
        ((IRunJob<TJob>)scope.GetRequiredService(Handler)).RunAsync(Read(payload), run, ct);

    private static TJob Read(string payload)
    {
        try
        {
            return JsonSerializer.Deserialize<TJob>(payload, ContractsJson.Options) ?? throw new JobFailed("The payload is null.");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or FormatException or ArgumentException)
        {
            throw new JobFailed("The payload cannot be read: " + e.Message);
        }
    }
}
