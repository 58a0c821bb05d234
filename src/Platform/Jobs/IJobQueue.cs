using Tideline.Contracts.Worker;

namespace Tideline.Platform.Jobs;

/// <summary>
/// The job queue as runners see it. Where the worker service is in the same process it is called as it is, with the name of the calling
/// service; otherwise over HTTP, where a token says that name.
/// </summary>
public interface IJobQueue
{
    /// <summary>Takes jobs; waits for some when there are none.</summary>
    Task<ClaimAnswer> ClaimAsync(string service, ClaimRequest request, CancellationToken ct);

    /// <summary>Renews leases, and tells progress.</summary>
    Task<HeartbeatAnswer> HeartbeatAsync(string service, HeartbeatRequest request, CancellationToken ct);

    /// <summary>Reports runs that ended.</summary>
    Task<CompleteAnswer> CompleteAsync(string service, CompleteRequest request, CancellationToken ct);

    /// <summary>The runner stops.</summary>
    Task LeaveAsync(string service, LeaveRequest request, CancellationToken ct);

    /// <summary>Adds jobs; they are durable when it answers.</summary>
    Task<EnqueueAnswer> EnqueueAsync(string service, EnqueueRequest request, CancellationToken ct);
}

/// <summary>The queue of a worker service elsewhere.</summary>
internal sealed class RemoteJobQueue(WorkerClient client) : IJobQueue
{
    public Task<ClaimAnswer> ClaimAsync(string service, ClaimRequest request, CancellationToken ct) => client.ClaimAsync(request, ct);

    public Task<HeartbeatAnswer> HeartbeatAsync(string service, HeartbeatRequest request, CancellationToken ct) => client.HeartbeatAsync(request, ct);

    public Task<CompleteAnswer> CompleteAsync(string service, CompleteRequest request, CancellationToken ct) => client.CompleteAsync(request, ct);

    public Task LeaveAsync(string service, LeaveRequest request, CancellationToken ct) => client.LeaveAsync(request, ct);

    public Task<EnqueueAnswer> EnqueueAsync(string service, EnqueueRequest request, CancellationToken ct) => client.EnqueueAsync(request, ct);
}
