namespace Tideline.Contracts.Worker;

/// <summary>The job queue, as the processes that run jobs use it. Services hand in jobs through their outbox, not here.</summary>
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

    /// <summary>The runner stops.</summary>
    public Task LeaveAsync(LeaveRequest request, CancellationToken ct) => http.PostAsync("/internal/worker/leave", request, ct);
}
