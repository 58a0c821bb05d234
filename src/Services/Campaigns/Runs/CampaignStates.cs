using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Campaigns;
using Tideline.Contracts.Scheduler;
using Tideline.Platform.Api;
using Tideline.Platform.Realtime;

namespace Tideline.Campaigns.Runs;

/// <summary>
/// The ways from one state to another. Asking for the state that is so already changes nothing and is no error; whatever a change sets going is asked
/// for in its own transaction.
/// </summary>
internal sealed class CampaignStates(CampaignsDb db, Readiness readiness, BatchSwitch batch, TimeProvider clock, ILiveUpdates live)
{
    /// <summary>Owner of the tasks at the scheduler.</summary>
    public const string Owner = "campaigns";

    /// <summary>Name of a campaign's task at the scheduler.</summary>
    public static string TaskOf(Guid campaignId) => $"start:{campaignId}";

    public async Task<Campaign> StartAsync(Guid id, CancellationToken ct)
    {
        var seen = await SeenAsync(id, ct);
        if (seen.Status == CampaignStatus.Running) return seen;
        seen.Require("start");
        if (await readiness.ProblemsAsync(seen, withAudience: true, ct) is { Count: > 0 } problems) throw Readiness.Unready(problems);
        return await ChangeAsync(id, async campaign =>
        {
            if (campaign.Status == CampaignStatus.Running) return;
            campaign.Require("start");
            RequireUnchanged(campaign, seen);
            if (campaign.Status == CampaignStatus.Scheduled) db.Publish(new ScheduleCancelled { Owner = Owner, Name = TaskOf(id) });
            await BeginAsync(campaign, RunPhase.Freezing, ct);
        }, ct);
    }

    public async Task<Campaign> ScheduleAsync(Guid id, DateTimeOffset at, CancellationToken ct)
    {
        var seen = await SeenAsync(id, ct);
        seen.Require("schedule");
        at = Drafts.Time(at, "at", clock.GetUtcNow());
        // Not the audience: it may well be imported meanwhile, and is looked at when the time has come.
        if (await readiness.ProblemsAsync(seen, withAudience: false, ct) is { Count: > 0 } problems) throw Readiness.Unready(problems);
        return await ChangeAsync(id, campaign =>
        {
            campaign.Require("schedule");
            RequireUnchanged(campaign, seen);
            (campaign.Status, campaign.ScheduleAt) = (CampaignStatus.Scheduled, at);
            db.Publish(new ScheduleRequested { Owner = Owner, Name = TaskOf(id), DueAt = at });
            return Task.CompletedTask;
        }, ct);
    }

    /// <summary>The time of a scheduled campaign has come. Whether it can be sent is looked at by its job.</summary>
    public Task StartDueAsync(Guid id, DateTimeOffset dueAt, CancellationToken ct) => ChangeAsync(id, async campaign =>
    {
        // Told of a time that was replaced since, or after somebody started or cancelled it by hand.
        if (campaign.Status != CampaignStatus.Scheduled || campaign.ScheduleAt > dueAt.AddMilliseconds(1)) return;
        await BeginAsync(campaign, RunPhase.Checking, ct);
    }, ct, isRequired: false);

    public async Task<Campaign> PauseAsync(Guid id, CancellationToken ct)
    {
        var campaign = await ChangeAsync(id, campaign =>
        {
            if (campaign.Status == CampaignStatus.Paused) return Task.CompletedTask;
            campaign.Require("pause");
            Pause(campaign, null);
            return Task.CompletedTask;
        }, ct);
        await batch.TryFollowAsync(id, ct);
        return campaign;
    }

    public async Task<Campaign> ResumeAsync(Guid id, CancellationToken ct)
    {
        var campaign = await ChangeAsync(id, async campaign =>
        {
            if (campaign.Status == CampaignStatus.Running) return;
            campaign.Require("resume");
            (campaign.Status, campaign.Error) = (CampaignStatus.Running, null);
            await NextGenerationAsync(campaign, ct);
            db.Enqueue(new FollowState(id));
        }, ct);
        await batch.TryFollowAsync(id, ct);
        return campaign;
    }

    public async Task<Campaign> CancelAsync(Guid id, CancellationToken ct)
    {
        var campaign = await ChangeAsync(id, async campaign =>
        {
            if (campaign.Status == CampaignStatus.Cancelled) return;
            campaign.Require("cancel");
            var wasScheduled = campaign.Status == CampaignStatus.Scheduled;
            (campaign.Status, campaign.Error) = (CampaignStatus.Cancelled, null);
            if (wasScheduled)
            {
                campaign.CompletedAt = clock.GetUtcNow();
                db.Publish(new ScheduleCancelled { Owner = Owner, Name = TaskOf(id) });
                return;
            }
            await NextGenerationAsync(campaign, ct);
            db.Enqueue(new FollowState(id));
        }, ct);
        await batch.TryFollowAsync(id, ct);
        return campaign;
    }

    /// <summary>The run cannot go on; people see why, and may resume it.</summary>
    public async Task StopAsync(Guid id, string error, CancellationToken ct)
    {
        await ChangeAsync(id, campaign =>
        {
            if (campaign.Status == CampaignStatus.Running) Pause(campaign, error.Length <= 1000 ? error : error[..1000]);
            return Task.CompletedTask;
        }, ct, isRequired: false);
        await batch.TryFollowAsync(id, ct);
    }

    private void Pause(Campaign campaign, string? error)
    {
        (campaign.Status, campaign.Error) = (CampaignStatus.Paused, error);
        db.Publish(new CampaignPaused { CampaignId = campaign.Id });
        db.Enqueue(new FollowState(campaign.Id));
    }

    private async Task BeginAsync(Campaign campaign, RunPhase phase, CancellationToken ct)
    {
        (campaign.Status, campaign.StartedAt, campaign.Error) = (CampaignStatus.Running, clock.GetUtcNow(), null);
        var run = await db.Runs.SingleOrDefaultAsync(r => r.CampaignId == campaign.Id, ct);
        if (run is null) db.Add(run = new CampaignRun { TenantId = campaign.TenantId, CampaignId = campaign.Id });
        run.Phase = phase;
        run.Generation++;
        Enqueue(run);
    }

    // The job of before stops at the next look, so that there is one that hands over, however quickly people change their minds.
    private async Task NextGenerationAsync(Campaign campaign, CancellationToken ct)
    {
        var run = await db.Runs.SingleAsync(r => r.CampaignId == campaign.Id, ct);
        run.Generation++;
        Enqueue(run);
    }

    private void Enqueue(CampaignRun run) => db.Enqueue(new RunCampaign(run.CampaignId, run.Generation), uniqueKey: $"{run.CampaignId}/{run.Generation}");

    private async Task<Campaign> SeenAsync(Guid id, CancellationToken ct) =>
        await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) ?? throw Problem.NotFound("campaign");

    private static void RequireUnchanged(Campaign campaign, Campaign seen)
    {
        if (campaign.Version != seen.Version)
            throw new Problem(412, "stale_version", "Somebody else has changed it meanwhile.", "Look at it again before it goes out.");
    }

    private async Task<Campaign> ChangeAsync(Guid id, Func<Campaign, Task> change, CancellationToken ct, bool isRequired = true)
    {
        // A handler has its transaction already.
        await using var own = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(ct) : null;
        await db.LockAsync(id, ct);
        var campaign = await db.Campaigns.SingleOrDefaultAsync(c => c.Id == id, ct);
        if (campaign is null) return isRequired ? throw Problem.NotFound("campaign") : null!;
        await change(campaign);
        if (db.ChangeTracker.HasChanges())
        {
            if (db.Entry(campaign).State == EntityState.Modified) campaign.UpdatedAt = clock.GetUtcNow();
            await db.SaveChangesAsync(ct);
            live.Changed(db.Caller.TenantId, "campaigns", id);
        }
        if (own is null) return campaign;
        await own.CommitAsync(ct);
        db.RaiseOutboxSignal();
        db.ChangeTracker.Clear();
        return campaign;
    }
}
