using System.Diagnostics;
using Tideline.Contracts;
using Tideline.Contracts.Worker;
using Tideline.Platform.Clients;
using Tideline.Platform.Security;

namespace Tideline.Platform.Jobs;

/// <summary>
/// Adds jobs that belong to no transaction of the service's own: thousands in one call, or single ones that are durable when the call
/// returns. Jobs that must come about exactly when a change is committed go through <see cref="Data.ServiceDb.Enqueue"/> instead.
/// </summary>
public sealed class BulkJobs(IJobQueue queue, Caller caller)
{
    private const int MostAtOnce = 2000;

    /// <summary>Adds jobs for the caller's tenant.</summary>
    /// <returns>Their ids, in their order.</returns>
    public async Task<IReadOnlyList<Guid>> EnqueueAsync(IEnumerable<IJob> jobs, CancellationToken ct, DateTimeOffset? runAt = null, int priority = 5)
    {
        var service = ServiceFlow.Current?.Service ?? throw new InvalidOperationException("Jobs are added outside of any service's flow.");
        var ids = new List<Guid>();
        foreach (var some in jobs.Chunk(MostAtOnce))
        {
            var rows = Array.ConvertAll(some, job => Row(job, runAt, priority));
            await queue.EnqueueAsync(service, new EnqueueRequest { Jobs = rows }, ct);
            ids.AddRange(rows.Select(r => r.Id));
        }
        return ids;
    }

    private NewJob Row(IJob job, DateTimeOffset? runAt, int priority)
    {
        var requested = JobRequests.Of(job, runAt, uniqueKey: null, priority);
        return new NewJob
        {
            TenantId = caller.TenantIdOrNull,
            Id = requested.JobId,
            Type = requested.Type,
            Queue = requested.Queue,
            MaxAttempts = requested.MaxAttempts,
            Payload = requested.Payload,
            RunAt = requested.RunAt,
            Priority = requested.Priority,
            Traceparent = Activity.Current?.Id,
        };
    }
}
