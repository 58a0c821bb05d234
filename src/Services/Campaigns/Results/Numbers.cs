using Microsoft.EntityFrameworkCore;

namespace Tideline.Campaigns.Results;

/// <summary>The numbers of campaigns, from their sums.</summary>
internal sealed class Numbers(CampaignsDb db)
{
    /// <summary>The numbers of one; null while it has not been started.</summary>
    public async Task<CampaignStats?> OfAsync(Campaign campaign, CancellationToken ct) =>
        campaign.StartedAt is null ? null : (await OfAsync([campaign.Id], ct)).GetValueOrDefault(campaign.Id);

    /// <summary>The numbers of those that have been started.</summary>
    public async Task<IReadOnlyDictionary<Guid, CampaignStats>> OfAsync(IReadOnlyList<Guid> campaigns, CancellationToken ct)
    {
        if (campaigns.Count == 0) return new Dictionary<Guid, CampaignStats>();
        var recipients = await db.Runs.AsNoTracking().Where(r => campaigns.Contains(r.CampaignId)).ToDictionaryAsync(r => r.CampaignId, r => r.Recipients, ct);
        var sums = (await db.Tallies.Where(t => campaigns.Contains(t.CampaignId)).GroupBy(t => new { t.CampaignId, t.Metric })
            .Select(g => new { g.Key.CampaignId, g.Key.Metric, N = g.Sum(t => t.N) }).ToListAsync(ct)).ToLookup(s => s.CampaignId);
        return recipients.ToDictionary(r => r.Key, r => CampaignStats.Of(r.Value, sums[r.Key].ToDictionary(s => s.Metric, s => s.N)));
    }
}

/// <summary>
/// Recipients by what became of the message; opened and clicked are people, not times. Who was sent the message and has answered it counts for both;
/// <see cref="Queued"/> is everybody for whom nothing has come to an end yet.
/// </summary>
public sealed record CampaignStats(
    long Recipients, long Skipped, long Queued, long Sent, long Delivered, long Opened, long Clicked, long Bounced, long Complained, long Unsubscribed,
    long Failed, long Unknown, long Cancelled)
{
    internal static CampaignStats Of(long recipients, Dictionary<string, long> sums)
    {
        return new CampaignStats(recipients, Sum(Metric.Skipped), recipients - Sum(Metric.Ended), Sum(Metric.Sent), Sum(Metric.Delivered), Sum(Metric.Opened),
            Sum(Metric.Clicked), Sum(Metric.Bounced), Sum(Metric.Complained), Sum(Metric.Unsubscribed), Sum(Metric.Failed), Sum(Metric.Unknown), Sum(Metric.Cancelled));

        long Sum(Metric metric) => sums.GetValueOrDefault(Tally.NameOf(metric));
    }
}
