using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Tideline.Contracts.Worker;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Worker.Claims;

/// <summary>The queue as runners use it. A service gets jobs of its own types only.</summary>
internal static class ClaimEndpoints
{
    private const int MaxAtOnce = 1000;
    private const double MaxWait = 10;

    public static void MapClaims(this RouteGroupBuilder routes)
    {
        var runners = routes.MapGroup("").RequiresAnyService();
        runners.MapPost("/claim", Claim).WithName("claimJobs");
        runners.MapPost("/heartbeat", Heartbeat).WithName("heartbeatJobs");
        runners.MapPost("/complete", Complete).WithName("completeJobs");
        runners.MapPost("/leave", Leave).WithName("leaveQueue");
    }

    private static async Task<Ok<ClaimAnswer>> Claim(
        ClaimRequest body, Caller caller, ClaimJobs claims, ReadyWaiters waiters, IOptions<WorkerOptions> options, TimeProvider clock, CancellationToken ct)
    {
        if (body.Types.Count is 0 or > 100) throw Problem.Invalid("types", "Must be 1 to 100 job types.");
        foreach (var type in body.Types)
        {
            RequireOwn(caller, type.Name);
            if (type.Free is < 1 or > MaxAtOnce) throw Problem.Invalid("types", $"free must be between 1 and {MaxAtOnce}.");
        }
        var wait = TimeSpan.FromSeconds(double.IsFinite(body.Wait) ? Math.Clamp(body.Wait, 0, MaxWait) : 0);
        var asked = clock.GetTimestamp();
        // Listens before it looks, so that a job which comes in between is not missed.
        using var waiter = waiters.Register([.. body.Types.Select(t => t.Name)]);
        while (true)
        {
            var jobs = await claims.TakeAsync(body.WorkerId, body.Types, ct);
            var left = wait - clock.GetElapsedTime(asked);
            if (jobs.Count > 0 || left <= TimeSpan.Zero) return TypedResults.Ok(new ClaimAnswer(jobs, options.Value.Lease.TotalSeconds));
            await waiter.WaitAsync(left, ct);
        }
    }

    private static async Task<Ok<HeartbeatAnswer>> Heartbeat(HeartbeatRequest body, Caller caller, HeartbeatRuns heartbeats, CancellationToken ct)
    {
        foreach (var type in body.Types) RequireOwn(caller, type);
        return TypedResults.Ok(await heartbeats.BeatAsync(caller.Service!, body, ct));
    }

    private static async Task<Ok<CompleteAnswer>> Complete(CompleteRequest body, EndRuns ends, CancellationToken ct)
    {
        if (body.Results.Count > MaxAtOnce) throw Problem.Invalid("results", $"At most {MaxAtOnce} at once.");
        return TypedResults.Ok(new CompleteAnswer(await ends.RecordAsync(body.WorkerId, body.Results, ct)));
    }

    private static async Task<NoContent> Leave(LeaveRequest body, LeaveQueue leave, CancellationToken ct)
    {
        await leave.LeaveAsync(body.WorkerId, ct);
        return TypedResults.NoContent();
    }

    private static void RequireOwn(Caller caller, string type)
    {
        if (!type.StartsWith(caller.Service + ".", StringComparison.Ordinal))
            throw new Problem(StatusCodes.Status403Forbidden, "job_type_not_yours", $"The type {type} does not belong to {caller.Service}.");
    }
}
