using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using Tideline.Contracts;
using Tideline.Contracts.Worker;

namespace Tideline.Platform.Jobs;

/// <summary>Turns a job record into the request that travels to the worker service.</summary>
internal static class JobRequests
{
    private static readonly ConcurrentDictionary<Type, JobAttribute> Known = new();

    public static JobAttribute TypeOf(Type type) => Known.GetOrAdd(type, static t =>
        t.GetCustomAttribute<JobAttribute>() ?? throw new InvalidOperationException($"{t.Name} has no [Job(\"…\")] name."));

    public static JobRequested Of(IJob job, DateTimeOffset? runAt, string? uniqueKey, int priority)
    {
        var type = TypeOf(job.GetType());
        return new JobRequested
        {
            JobId = Guid.CreateVersion7(),
            Type = type.Name,
            Queue = type.Queue,
            MaxAttempts = type.MaxAttempts,
            Payload = JsonSerializer.Serialize(job, job.GetType(), ContractsJson.Options),
            RunAt = runAt,
            UniqueKey = uniqueKey,
            Priority = priority,
        };
    }
}
