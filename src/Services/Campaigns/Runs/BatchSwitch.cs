using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Tideline.Contracts;
using Tideline.Contracts.Notifications;
using Tideline.Platform.Jobs;

namespace Tideline.Campaigns.Runs;

/// <summary>Makes notifications hold, release or give up a campaign's messages, as the campaign's status says.</summary>
internal sealed class BatchSwitch(CampaignsDb db, NotificationsClient notifications, ILogger<BatchSwitch> log)
{
    /// <summary>Tells the state until what was told is what is so: whoever told an older state later than a newer one notices and corrects it.</summary>
    public async Task FollowAsync(Guid campaignId, CancellationToken ct)
    {
        for (var told = await WantedAsync(campaignId, ct); told is not null;)
        {
            try
            {
                await notifications.SetBatchStateAsync(campaignId, told, ct);
            }
            catch (ServiceCallException e) when (e.Status is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
            {
                // Nothing has been handed over yet, and the run will state the batch and then its state; or it was cancelled since.
            }
            var wanted = await WantedAsync(campaignId, ct);
            if (wanted == told) return;
            told = wanted;
        }
    }

    /// <summary>The same at once if it can be; when it cannot, the job that was asked for in the same transaction goes on trying.</summary>
    public async Task TryFollowAsync(Guid campaignId, CancellationToken ct)
    {
        try
        {
            await FollowAsync(campaignId, ct);
        }
        catch (Exception e) when (e is HttpRequestException or ServiceCallException or Polly.ExecutionRejectedException)
        {
            log.LogWarning("Notifications could not be told the state of campaign {Campaign} at once: {Reason}", campaignId, e.Message);
        }
    }

    private async Task<string?> WantedAsync(Guid campaignId, CancellationToken ct) =>
        await db.Campaigns.AsNoTracking().Where(c => c.Id == campaignId && c.StartedAt != null).Select(c => (CampaignStatus?)c.Status).SingleOrDefaultAsync(ct) switch
        {
            CampaignStatus.Running => "running",
            CampaignStatus.Paused => "paused",
            CampaignStatus.Cancelled => "cancelled",
            _ => null,
        };
}

/// <summary>A campaign's state changed; notifications must know.</summary>
[Job("campaigns.follow-state", Queue = "campaigns", MaxAttempts = 30, TimeoutSeconds = 120)]
internal sealed record FollowState(Guid CampaignId) : IJob;

internal sealed class RunFollowState(BatchSwitch batch) : IRunJob<FollowState>
{
    public Task RunAsync(FollowState job, JobRun run, CancellationToken ct) => batch.FollowAsync(job.CampaignId, ct);
}
