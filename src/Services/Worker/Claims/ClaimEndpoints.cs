using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Tideline.Contracts.Worker;
using Tideline.Platform.Security;

namespace Tideline.Worker.Claims;

/// <summary>The queue for processes elsewhere.</summary>
internal static class ClaimEndpoints
{
    public static void MapClaims(this RouteGroupBuilder routes)
    {
        var runners = routes.MapGroup("").RequiresAnyService();
        runners.MapPost("/claim", Claim).WithName("claimJobs");
        runners.MapPost("/heartbeat", Heartbeat).WithName("heartbeatJobs");
        runners.MapPost("/complete", Complete).WithName("completeJobs");
        runners.MapPost("/leave", Leave).WithName("leaveQueue");
        runners.MapPost("/enqueue", Enqueue).WithName("enqueueJobs");
    }

    private static async Task<Ok<ClaimAnswer>> Claim(ClaimRequest body, Caller caller, JobQueue queue, CancellationToken ct) =>
        TypedResults.Ok(await queue.ClaimAsync(caller.Service!, body, ct));

    private static async Task<Ok<HeartbeatAnswer>> Heartbeat(HeartbeatRequest body, Caller caller, JobQueue queue, CancellationToken ct) =>
        TypedResults.Ok(await queue.HeartbeatAsync(caller.Service!, body, ct));

    private static async Task<Ok<CompleteAnswer>> Complete(CompleteRequest body, Caller caller, JobQueue queue, CancellationToken ct) =>
        TypedResults.Ok(await queue.CompleteAsync(caller.Service!, body, ct));

    private static async Task<NoContent> Leave(LeaveRequest body, Caller caller, JobQueue queue, CancellationToken ct)
    {
        await queue.LeaveAsync(caller.Service!, body, ct);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<EnqueueAnswer>> Enqueue(EnqueueRequest body, Caller caller, JobQueue queue, CancellationToken ct) =>
        TypedResults.Ok(await queue.EnqueueAsync(caller.Service!, body, ct));
}
