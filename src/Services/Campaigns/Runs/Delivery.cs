using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using Tideline.Campaigns.Content;
using Tideline.Campaigns.Results;
using Tideline.Contracts.Notifications;
using Tideline.Platform.Events;

namespace Tideline.Campaigns.Runs;

/// <summary>
/// Hands the frozen messages over, in the order of their ids. First the hand-over, then the note of it: whoever dies in between repeats it with the same
/// ids, which notifications knows.
/// </summary>
internal sealed class Delivery(CampaignsDb db, NotificationsClient notifications, RecipientMarks marks, TimeProvider clock)
{
    private const int MaxChunk = 1000;
    private const int CancelChunk = 5000;

    private const string Advance = """
        update campaign_run
        set handed_after = coalesce($4, handed_after), handed = handed + $5, handed_at = $6, next_at = $7, phase = case when $8 then 'waiting' else phase end
        where tenant_id = $1 and campaign_id = $2 and generation = $3 and phase in ('checking', 'freezing', 'sending') and handed_after is not distinct from $9
        """;

    /// <summary>States the content that the messages share.</summary>
    public Task StateBatchAsync(Campaign campaign, CancellationToken ct) => notifications.PutBatchAsync(new MessageBatch
    {
        BatchId = campaign.Id,
        CampaignId = campaign.Id,
        BrandId = campaign.BrandId,
        Subject = campaign.Subject,
        Preheader = campaign.Preheader,
        Html = campaign.Html,
        Text = campaign.Text,
    }, ct);

    /// <summary>Hands over the next messages, at most a second's worth of the throttle.</summary>
    /// <returns>How long to wait when the throttle allows none yet; zero after something was done.</returns>
    public async Task<TimeSpan> NextAsync(Campaign campaign, CampaignRun run, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (campaign.ThrottlePerMinute is not null && run.NextAt is { } next && next > now) return next - now;
        var size = campaign.ThrottlePerMinute is { } throttle ? Math.Clamp(throttle / 60, 1, MaxChunk) : MaxChunk;
        var chunk = await ChunkAsync(run, size, ct);
        if (chunk.Count > 0)
        {
            await notifications.HandOverAsync(campaign.Id, chunk, ct);
            CrashPoints.Hit("campaigns.handed-over");
        }
        // From the time it was due, so that a late job does not lower the pace; but what was missed while it stood still is not made up for.
        var from = run.NextAt is { } due && now - due < TimeSpan.FromSeconds(2) ? due : now;
        var nextAt = campaign.ThrottlePerMinute is { } perMinute ? from + chunk.Count * TimeSpan.FromMinutes(1) / perMinute : (DateTimeOffset?)null;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await AdvanceAsync(run, chunk.Count > 0 ? chunk[^1].MessageId : null, chunk.Count, nextAt, isLast: chunk.Count < size, ct);
        await transaction.CommitAsync(ct);
        return TimeSpan.Zero;
    }

    /// <summary>Ends the next of those that will never be handed over.</summary>
    public async Task CancelNextAsync(CampaignRun run, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var rest = await Rest(run).OrderBy(r => r.MessageId).Select(r => r.MessageId).Take(CancelChunk).ToListAsync(ct);
        if (!await AdvanceAsync(run, rest.Count > 0 ? rest[^1] : null, 0, null, isLast: rest.Count < CancelChunk, ct)) return;
        await marks.AddAsync(rest.Select(id => new Mark(run.CampaignId, id, MessageFlags.Cancelled, "The campaign was cancelled.", clock.GetUtcNow())), ct);
        await transaction.CommitAsync(ct);
    }

    private async Task<List<HandOver>> ChunkAsync(CampaignRun run, int size, CancellationToken ct)
    {
        var rows = await Rest(run).OrderBy(r => r.MessageId).Take(size).ToListAsync(ct);
        return [.. rows.Select(r => Variables.HandOver(r.MessageId, r.Address!, r.DisplayName, r.CustomerId, r.LeadId, r.Variables, Activity.Current?.Id))];
    }

    private IQueryable<CampaignRecipient> Rest(CampaignRun run)
    {
        var rest = db.Recipients.AsNoTracking().Where(r => r.CampaignId == run.CampaignId && !r.Skipped);
        return run.HandedAfter is { } after ? rest.Where(r => r.MessageId > after) : rest;
    }

    private async Task<bool> AdvanceAsync(CampaignRun run, Guid? last, int count, DateTimeOffset? nextAt, bool isLast, CancellationToken ct)
    {
        await using var batch = db.Batch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Advance)
        {
            Parameters =
            {
                new() { Value = run.TenantId },
                new() { Value = run.CampaignId },
                new() { Value = run.Generation },
                new() { Value = (object?)last ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                new() { Value = (long)count },
                new() { Value = clock.GetUtcNow() },
                new() { Value = (object?)nextAt ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new() { Value = isLast },
                new() { Value = (object?)run.HandedAfter ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
            },
        });
        return await batch.ExecuteNonQueryAsync(ct) == 1;
    }
}
