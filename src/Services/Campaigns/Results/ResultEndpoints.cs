using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Campaigns.Results;

internal static class ResultEndpoints
{
    private const int MostFailures = 50;

    private static readonly Dictionary<string, Metric> Statuses = Enum.GetValues<Metric>().Where(m => m != Metric.Ended)
        .ToDictionary(Tally.NameOf, StringComparer.Ordinal);

    public static void MapResults(this RouteGroupBuilder api)
    {
        api.MapGet("/campaigns/{id:guid}/monitor", Monitor).WithName("monitorCampaign").WithTags("Campaigns").Requires("campaigns:read");
        api.MapGet("/campaigns/{id:guid}/recipients", Recipients).WithName("listCampaignRecipients").WithTags("Campaigns").Requires("campaigns:read");
    }

    /// <summary>The numbers as they are now, how fast it goes, the curve, and failures by reason.</summary>
    private static async Task<Ok<CampaignMonitor>> Monitor(Guid id, CampaignsDb db, Numbers numbers, TimeProvider clock, CancellationToken ct)
    {
        var campaign = await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) ?? throw Problem.NotFound("campaign");
        var stats = await numbers.OfAsync(campaign, ct) ?? CampaignStats.Of(0, []);
        if (campaign.StartedAt is not { } started) return TypedResults.Ok(new CampaignMonitor(campaign.Status, stats, 0, null, [], []));
        string[] curve = [Tally.NameOf(Metric.Sent), Tally.NameOf(Metric.Opened), Tally.NameOf(Metric.Clicked)];
        var buckets = await db.Tallies.Where(t => t.CampaignId == id && curve.Contains(t.Metric)).GroupBy(t => new { t.Bucket, t.Metric })
            .Select(g => new { g.Key.Bucket, g.Key.Metric, N = g.Sum(t => t.N) }).ToListAsync(ct);
        string[] failing = [Tally.NameOf(Metric.Bounced), Tally.NameOf(Metric.Failed), Tally.NameOf(Metric.Unknown)];
        var failures = await db.Tallies.Where(t => t.CampaignId == id && failing.Contains(t.Metric)).GroupBy(t => new { t.Metric, t.Reason })
            .Select(g => new { g.Key.Metric, g.Key.Reason, N = g.Sum(t => t.N) }).Where(g => g.N > 0).OrderByDescending(g => g.N).Take(MostFailures).ToListAsync(ct);

        var pace = new Pace(started, [.. buckets.Select(b => (b.Bucket, b.Metric, b.N))]);
        var rate = campaign.Status == CampaignStatus.Running ? pace.RateAt(clock.GetUtcNow()) : 0;
        var eta = campaign.Status == CampaignStatus.Running ? Pace.Eta(stats.Queued, rate, campaign.ThrottlePerMinute) : null;
        return TypedResults.Ok(new CampaignMonitor(campaign.Status, stats, rate, eta, pace.Curve(),
            [.. failures.Select(f => new FailureCount(f.Reason.Length > 0 ? f.Reason : f.Metric, f.N))]));
    }

    /// <summary>
    /// The people of the frozen audience. With a status, those whom that number of the monitor counts: <c>sent</c> are all to whom the message was sent,
    /// whatever they did with it since.
    /// </summary>
    private static async Task<Ok<Page<RecipientView>>> Recipients(Guid id, CampaignsDb db, string? status, int? limit, string? cursor, CancellationToken ct)
    {
        var size = Limit.Of(limit);
        if (!await db.Campaigns.AnyAsync(c => c.Id == id, ct)) throw Problem.NotFound("campaign");
        var query = db.Recipients.AsNoTracking().Where(r => r.CampaignId == id);
        if (status == "queued")
        {
            query = query.Where(r => (r.Flags & MessageState.End) == 0);
        }
        else if (!string.IsNullOrEmpty(status))
        {
            if (!Statuses.TryGetValue(status, out var metric)) throw Problem.Invalid("status", "Must be queued or one of " + string.Join(", ", Statuses.Keys) + ".");
            var (any, none) = MessageState.Rules[metric];
            query = query.Where(r => (r.Flags & any) != 0 && (r.Flags & none) == 0);
        }
        if (Cursor.Id(cursor) is { } after) query = query.Where(r => r.MessageId > after);
        var rows = await query.OrderBy(r => r.MessageId).Take(size + 1).ToListAsync(ct);
        var page = Page<CampaignRecipient>.Of(rows, size, r => [r.MessageId]);
        return TypedResults.Ok(new Page<RecipientView>([.. page.Data.Select(RecipientView.Of)], page.Next));
    }
}

/// <summary>A campaign while it runs.</summary>
/// <param name="Status">Where it stands.</param>
/// <param name="Stats">The numbers.</param>
/// <param name="RatePerSecond">Messages sent a second, of late.</param>
/// <param name="EtaSeconds">Until nobody is queued, at this rate; absent when that cannot be told.</param>
/// <param name="Series">Sent, opened and clicked up to each time; the last point is the number now.</param>
/// <param name="Failures">Messages that bounced, failed, or of which it is not known whether they went out; by reason.</param>
public sealed record CampaignMonitor(
    CampaignStatus Status, CampaignStats Stats, double RatePerSecond, long? EtaSeconds, IReadOnlyList<SeriesPoint> Series, IReadOnlyList<FailureCount> Failures);

/// <summary>How many had been sent, opened and clicked by a time.</summary>
public sealed record SeriesPoint(DateTimeOffset At, long Sent, long Opened, long Clicked);

/// <summary>Failures of one reason.</summary>
public sealed record FailureCount(string Reason, long Count);

/// <summary>A person of the audience. <c>id</c> is that of the message.</summary>
public sealed record RecipientView(
    Guid Id, Guid? CustomerId, Guid LeadId, string Email, string DisplayName, string Status, DateTimeOffset At, string? Reason)
{
    internal static RecipientView Of(CampaignRecipient r) =>
        new(r.MessageId, r.CustomerId, r.LeadId, r.Address ?? "", r.DisplayName, MessageState.WordFor(r.Flags), r.At, r.Reason);
}
