namespace Tideline.Campaigns.Results;

/// <summary>Speed and curve of a campaign, from its sums by time.</summary>
internal sealed class Pace(DateTimeOffset started, IReadOnlyList<(DateTimeOffset Bucket, string Metric, long N)> sums)
{
    private const int MostPoints = 240;
    private static readonly string Sent = Tally.NameOf(Metric.Sent);
    private static readonly string Opened = Tally.NameOf(Metric.Opened);
    private static readonly string Clicked = Tally.NameOf(Metric.Clicked);

    /// <summary>Messages sent a second over the last three buckets and the one that is being filled.</summary>
    public double RateAt(DateTimeOffset now)
    {
        var from = Tally.BucketOf(started, now) - 3 * Tally.WidthAt(started, now);
        var first = sums.Where(s => s.Metric == Sent && s.N > 0 && s.Bucket >= from).Select(s => (DateTimeOffset?)s.Bucket).Min();
        if (first is not { } since) return 0;
        // The first bucket of all was not filled from its beginning.
        if (since < started) since = started;
        var seconds = Math.Max(1, (now - since).TotalSeconds);
        return Math.Round(Math.Max(0, sums.Where(s => s.Metric == Sent && s.Bucket >= from).Sum(s => s.N)) / seconds, 2);
    }

    /// <summary>Seconds until nobody is queued.</summary>
    public static long? Eta(long queued, double rate, int? throttlePerMinute)
    {
        if (queued <= 0) return null;
        if (rate > 0) return (long)Math.Ceiling(queued / rate);
        return throttlePerMinute is { } throttle ? (long)Math.Ceiling(queued * 60.0 / throttle) : null;
    }

    /// <summary>The sums up to each time, from the start on.</summary>
    public IReadOnlyList<SeriesPoint> Curve()
    {
        var points = new List<SeriesPoint>();
        foreach (var bucket in sums.GroupBy(s => s.Bucket).OrderBy(g => g.Key))
        {
            var last = points.Count > 0 ? points[^1] : new SeriesPoint(started, 0, 0, 0);
            // The start itself, so that a campaign that was over in one bucket has a curve.
            if (points.Count == 0) points.Add(last);
            var end = bucket.Key + Tally.WidthAt(started, bucket.Key);
            points.Add(new SeriesPoint(end, last.Sent + Of(bucket, Sent), last.Opened + Of(bucket, Opened), last.Clicked + Of(bucket, Clicked)));
        }
        if (points.Count <= MostPoints) return points;
        // Evenly thinned; the first and the last stay.
        var every = (points.Count - 1) / (double)(MostPoints - 1);
        return [.. Enumerable.Range(0, MostPoints).Select(i => points[(int)Math.Round(i * every)])];
    }

    private static long Of(IEnumerable<(DateTimeOffset Bucket, string Metric, long N)> bucket, string metric) => bucket.Where(s => s.Metric == metric).Sum(s => s.N);
}
