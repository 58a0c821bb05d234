using System.Net;
using Microsoft.EntityFrameworkCore;
using Tideline.Campaigns.Results;
using Tideline.Contracts;
using Tideline.Contracts.Campaigns;
using Tideline.Platform.Jobs;
using Tideline.Platform.Realtime;

namespace Tideline.Campaigns.Runs;

/// <summary>Brings a campaign to its end: audience, hand-over, and the wait for the last message; or, when it was cancelled, the end of the rest.</summary>
[Job("campaigns.run", Queue = "campaigns", MaxAttempts = 30, Concurrency = 4, TimeoutSeconds = 3600)]
internal sealed record RunCampaign(Guid CampaignId, int Generation) : IJob;

/// <summary>Step by step; before each it looks at what is in the database now, so that it may be killed, repeated and run twice at any point.</summary>
internal sealed class CampaignRunner(
    CampaignsDb db, CampaignStates states, Readiness readiness, AudienceFreeze audience, Delivery delivery, BatchSwitch batch, Numbers numbers,
    TimeProvider clock, ILiveUpdates live) : IRunJob<RunCampaign>
{
    // Then the job goes back to the queue, well before its time is up.
    private static readonly TimeSpan Turn = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan LongestNap = TimeSpan.FromSeconds(2);

    public async Task RunAsync(RunCampaign job, JobRun run, CancellationToken ct)
    {
        try
        {
            await StepsAsync(job, run, ct);
        }
        catch (Exception e) when (e is not (JobSnoozed or JobFailed or OperationCanceledException) && (IsFinal(e) || run.IsLastAttempt))
        {
            // Trying again would fail again; people must see it.
            await states.StopAsync(job.CampaignId, e.Message, ct);
            throw new JobFailed(e.Message);
        }
    }

    private async Task StepsAsync(RunCampaign job, JobRun run, CancellationToken ct)
    {
        var (began, isStated) = (clock.GetTimestamp(), false);
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            if (clock.GetElapsedTime(began) > Turn) throw new JobSnoozed(TimeSpan.Zero);
            db.ChangeTracker.Clear();
            var campaign = await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(c => c.Id == job.CampaignId, ct);
            var state = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.CampaignId == job.CampaignId, ct);
            // A newer job is at work, or will be.
            if (campaign is null || state is null || state.Generation != job.Generation) return;
            switch (campaign.Status, state.Phase)
            {
                case (CampaignStatus.Running or CampaignStatus.Cancelled, RunPhase.Waiting):
                    if (!await EndAsync(campaign, state, run, ct)) throw new JobSnoozed(PauseAfter(state));
                    return;
                case (CampaignStatus.Cancelled, not RunPhase.Ended):
                    if (!isStated) await batch.FollowAsync(campaign.Id, ct);
                    isStated = true;
                    await delivery.CancelNextAsync(state, ct);
                    break;
                case (CampaignStatus.Running, RunPhase.Checking):
                    if (await readiness.ProblemsAsync(campaign, withAudience: true, ct) is { Count: > 0 } problems)
                    {
                        await states.StopAsync(campaign.Id, "It could not be started. " + Readiness.Sentence(problems), ct);
                        return;
                    }
                    await db.Runs.Where(r => r.CampaignId == campaign.Id && r.Generation == job.Generation && r.Phase == RunPhase.Checking)
                        .ExecuteUpdateAsync(set => set.SetProperty(r => r.Phase, RunPhase.Freezing), ct);
                    break;
                case (CampaignStatus.Running, RunPhase.Freezing):
                    await audience.NextPageAsync(campaign, state, ct);
                    await run.ReportAsync(0, $"{state.Recipients} recipients so far", ct);
                    live.Changed(campaign.TenantId, "campaigns", campaign.Id);
                    break;
                case (CampaignStatus.Running, RunPhase.Sending):
                    if (!isStated)
                    {
                        await delivery.StateBatchAsync(campaign, ct);
                        await batch.FollowAsync(campaign.Id, ct);
                    }
                    isStated = true;
                    var wait = await delivery.NextAsync(campaign, state, ct);
                    if (wait > LongestNap) throw new JobSnoozed(wait);
                    if (wait > TimeSpan.Zero) await Task.Delay(wait, clock, ct);
                    await run.ReportAsync(state.Recipients == 0 ? 0 : Math.Min(100, 100.0 * state.Handed / state.Recipients), $"{state.Handed} handed over", ct);
                    break;
                default:
                    return;
            }
        }
    }

    /// <returns>False while messages have not come to an end.</returns>
    private async Task<bool> EndAsync(Campaign campaign, CampaignRun state, JobRun run, CancellationToken ct)
    {
        var stats = await numbers.OfAsync(campaign, ct);
        if (stats is null || stats.Queued > 0)
        {
            await run.ReportAsync(100, $"{stats?.Queued} have not come to an end", ct);
            return false;
        }
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.LockAsync(campaign.Id, ct);
        var ended = await db.Runs.Where(r => r.CampaignId == campaign.Id && r.Generation == state.Generation && r.Phase == RunPhase.Waiting)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Phase, RunPhase.Ended), ct);
        var isCancelled = campaign.Status == CampaignStatus.Cancelled;
        var final = isCancelled ? CampaignStatus.Cancelled : CampaignStatus.Completed;
        // Paused in the same moment: then it is paused, and comes to its end when it is resumed.
        var changed = ended == 0 ? 0 : await db.Campaigns.Where(c => c.Id == campaign.Id && c.Status == campaign.Status)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.Status, final).SetProperty(c => c.CompletedAt, now).SetProperty(c => c.UpdatedAt, now), ct);
        if (changed == 0) return true;
        db.Publish(new CampaignCompleted { CampaignId = campaign.Id, Name = campaign.Name, Cancelled = isCancelled });
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
        live.Changed(campaign.TenantId, "campaigns", campaign.Id);
        return true;
    }

    // Often while messages flow; seldom when the last ones wait for hours at a server that does not answer.
    private TimeSpan PauseAfter(CampaignRun state)
    {
        var since = clock.GetUtcNow() - (state.HandedAt ?? clock.GetUtcNow());
        return TimeSpan.FromSeconds(Math.Clamp(since.TotalSeconds / 8, 0.3, 15));
    }

    private static bool IsFinal(Exception e) => e is ServiceCallException
    {
        Status: HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.Conflict or HttpStatusCode.Gone or HttpStatusCode.UnprocessableEntity,
    };
}
