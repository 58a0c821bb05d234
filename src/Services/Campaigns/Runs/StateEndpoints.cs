using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Tideline.Campaigns.Results;
using Tideline.Platform.Security;

namespace Tideline.Campaigns.Runs;

internal static class StateEndpoints
{
    public static void MapStates(this RouteGroupBuilder api)
    {
        var campaign = api.MapGroup("/campaigns/{id:guid}").WithTags("Campaigns");
        campaign.MapPost("/start", Start).WithName("startCampaign").Requires("campaigns:send");
        campaign.MapPost("/schedule", Schedule).WithName("scheduleCampaign").Requires("campaigns:send");
        campaign.MapPost("/pause", Pause).WithName("pauseCampaign").Requires("campaigns:send");
        campaign.MapPost("/resume", Resume).WithName("resumeCampaign").Requires("campaigns:send");
        campaign.MapPost("/cancel", Cancel).WithName("cancelCampaign").Requires("campaigns:send");
    }

    /// <summary>Freeze the audience and send, from now on. 422 names what must be put right first.</summary>
    private static Task<Ok<CampaignView>> Start(Guid id, CampaignStates states, Numbers numbers, HttpContext http, CancellationToken ct) =>
        AnswerAsync(states.StartAsync(id, ct), numbers, http, ct);

    /// <summary>Start it by itself at a time. Repeated, it replaces the time.</summary>
    private static Task<Ok<CampaignView>> Schedule(Guid id, ScheduleInput body, CampaignStates states, Numbers numbers, HttpContext http, CancellationToken ct) =>
        AnswerAsync(states.ScheduleAsync(id, body.At, ct), numbers, http, ct);

    /// <summary>Let nothing more go out until it is resumed.</summary>
    private static Task<Ok<CampaignView>> Pause(Guid id, CampaignStates states, Numbers numbers, HttpContext http, CancellationToken ct) =>
        AnswerAsync(states.PauseAsync(id, ct), numbers, http, ct);

    /// <summary>Go on where it was paused: nobody is left out, nobody gets it twice.</summary>
    private static Task<Ok<CampaignView>> Resume(Guid id, CampaignStates states, Numbers numbers, HttpContext http, CancellationToken ct) =>
        AnswerAsync(states.ResumeAsync(id, ct), numbers, http, ct);

    /// <summary>Give it up: who has no message gets none.</summary>
    private static Task<Ok<CampaignView>> Cancel(Guid id, CampaignStates states, Numbers numbers, HttpContext http, CancellationToken ct) =>
        AnswerAsync(states.CancelAsync(id, ct), numbers, http, ct);

    private static async Task<Ok<CampaignView>> AnswerAsync(Task<Campaign> change, Numbers numbers, HttpContext http, CancellationToken ct)
    {
        var campaign = await change;
        http.SetETagOf(campaign);
        return TypedResults.Ok(CampaignView.Of(campaign, await numbers.OfAsync(campaign, ct)));
    }

    private static void SetETagOf(this HttpContext http, Campaign campaign) => Platform.Api.ETags.SetETag(http, campaign.Version);
}

/// <summary>When to start.</summary>
public sealed record ScheduleInput(DateTimeOffset At);
