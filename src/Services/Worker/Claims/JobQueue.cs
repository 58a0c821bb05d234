using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Tideline.Contracts.Worker;
using Tideline.Platform.Api;
using Tideline.Platform.Jobs;
using Tideline.Worker.Jobs;

namespace Tideline.Worker.Claims;

/// <summary>The queue as runners use it, over HTTP or in the same process. A service gets jobs of its own types only.</summary>
internal sealed class JobQueue(
    ClaimJobs claims, HeartbeatRuns heartbeats, EndRuns ends, LeaveQueue leave, EnqueueJobs enqueue, ReadyWaiters waiters,
    IOptions<WorkerOptions> options, TimeProvider clock) : IJobQueue
{
    private const int MaxAtOnce = 1000;
    private const int MaxNew = 5000;
    private const double MaxWait = 10;

    // What a runner's last claim had seen when it took all that there was: until there is news, there is nothing to look for.
    private readonly ConcurrentDictionary<(Guid Worker, string Type), long> _seen = new();

    public async Task<ClaimAnswer> ClaimAsync(string service, ClaimRequest request, CancellationToken ct)
    {
        if (request.Types.Count is 0 or > 100) throw Problem.Invalid("types", "Must be 1 to 100 job types.");
        foreach (var type in request.Types)
        {
            RequireOwn(service, type.Name);
            if (type.Free is < 1 or > MaxAtOnce) throw Problem.Invalid("types", $"free must be between 1 and {MaxAtOnce}.");
        }
        var wait = TimeSpan.FromSeconds(double.IsFinite(request.Wait) ? Math.Clamp(request.Wait, 0, MaxWait) : 0);
        var asked = clock.GetTimestamp();
        string[] types = [.. request.Types.Select(t => t.Name)];
        // Listens before it looks, so that a job which comes in between is not missed.
        using var waiter = waiters.Register(types);
        var key = (request.WorkerId, types[0]);
        var looked = types.Length == 1 && wait > TimeSpan.Zero && _seen.TryRemove(key, out var seen) && seen == waiters.NewsOf(types);
        while (true)
        {
            var news = waiters.NewsOf(types);
            var (jobs, isAll) = looked ? ([], true) : await claims.LookAsync(request.WorkerId, request.Types, ct);
            looked = false;
            var left = wait - clock.GetElapsedTime(asked);
            if (jobs.Count > 0 || left <= TimeSpan.Zero)
            {
                if (isAll && types.Length == 1 && jobs.Count > 0) _seen[key] = news;
                return new ClaimAnswer(jobs, options.Value.Lease.TotalSeconds);
            }
            await waiter.WaitAsync(left, ct);
        }
    }

    public Task<HeartbeatAnswer> HeartbeatAsync(string service, HeartbeatRequest request, CancellationToken ct)
    {
        foreach (var type in request.Types) RequireOwn(service, type);
        return heartbeats.BeatAsync(service, request, ct);
    }

    public async Task<CompleteAnswer> CompleteAsync(string service, CompleteRequest request, CancellationToken ct)
    {
        if (request.Results.Count > MaxAtOnce) throw Problem.Invalid("results", $"At most {MaxAtOnce} at once.");
        return new CompleteAnswer(await ends.RecordAsync(request.WorkerId, request.Results, ct));
    }

    public Task LeaveAsync(string service, LeaveRequest request, CancellationToken ct)
    {
        // Those of runners that were killed go with them: it is only a hint.
        if (_seen.Count > 10_000) _seen.Clear();
        foreach (var key in _seen.Keys.Where(k => k.Worker == request.WorkerId)) _seen.TryRemove(key, out _);
        return leave.LeaveAsync(request.WorkerId, ct);
    }

    public async Task<EnqueueAnswer> EnqueueAsync(string service, EnqueueRequest request, CancellationToken ct)
    {
        if (request.Jobs.Count > MaxNew) throw Problem.Invalid("jobs", $"At most {MaxNew} at once.");
        return new EnqueueAnswer(await enqueue.AddAsync(request.Jobs).WaitAsync(ct));
    }

    private static void RequireOwn(string service, string type)
    {
        if (type.Length <= service.Length || type[service.Length] != '.' || !type.StartsWith(service, StringComparison.Ordinal))
            throw new Problem(StatusCodes.Status403Forbidden, "job_type_not_yours", $"The type {type} does not belong to {service}.");
    }
}
