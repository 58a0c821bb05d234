namespace Tideline.Contracts.Worker;

/// <summary>The job queue, as processes elsewhere use it.</summary>
public sealed class WorkerClient(HttpClient http)
{
    /// <summary>Takes jobs; waits for some when there are none.</summary>
    public Task<ClaimAnswer> ClaimAsync(ClaimRequest request, CancellationToken ct) =>
        http.PostAsync<ClaimAnswer>("/internal/worker/claim", request, ct);

    /// <summary>Renews leases, and tells progress.</summary>
    public Task<HeartbeatAnswer> HeartbeatAsync(HeartbeatRequest request, CancellationToken ct) =>
        http.PostAsync<HeartbeatAnswer>("/internal/worker/heartbeat", request, ct);

    /// <summary>Reports runs that ended.</summary>
    public Task<CompleteAnswer> CompleteAsync(CompleteRequest request, CancellationToken ct) =>
        http.PostAsync<CompleteAnswer>("/internal/worker/complete", request, ct);

    /// <summary>Adds jobs that belong to no transaction of the caller's, many at once.</summary>
    public Task<EnqueueAnswer> EnqueueAsync(EnqueueRequest request, CancellationToken ct) =>
        http.PostAsync<EnqueueAnswer>("/internal/worker/enqueue", request, ct);

    /// <summary>The runner stops.</summary>
    public Task LeaveAsync(LeaveRequest request, CancellationToken ct) => http.PostAsync("/internal/worker/leave", request, ct);
}
