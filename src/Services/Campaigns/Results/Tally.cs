using Npgsql;
using NpgsqlTypes;

namespace Tideline.Campaigns.Results;

/// <summary>Sums to be written, in the transaction that changes what they are sums of.</summary>
internal sealed class Tally
{
    private const int Shards = 4;
    private const int ReasonLength = 120;

    // Ordered, so that transactions that touch the same rows do so in one direction.
    private const string Sql = """
        insert into campaign_tally as t (tenant_id, campaign_id, metric, bucket, reason, shard, n)
        select $1, x.campaign_id, x.metric, x.bucket, x.reason, $2, x.n
        from unnest($3, $4, $5, $6, $7) as x (campaign_id, metric, bucket, reason, n)
        order by x.campaign_id, x.metric, x.bucket, x.reason
        on conflict (tenant_id, campaign_id, metric, bucket, reason, shard) do update set n = t.n + excluded.n
        """;

    private readonly Dictionary<(Guid Campaign, Metric Metric, DateTimeOffset Bucket, string Reason), long> _sums = [];

    /// <summary>A recipient's message is known better than before.</summary>
    public void Move(Guid campaign, DateTimeOffset? started, MessageFlags before, string? reasonBefore, MessageFlags after, string? reasonAfter, DateTimeOffset at)
    {
        var bucket = BucketOf(started ?? at, at);
        foreach (var metric in MessageState.MetricsOf(before)) Add(campaign, metric, bucket, reasonBefore, -1);
        foreach (var metric in MessageState.MetricsOf(after)) Add(campaign, metric, bucket, reasonAfter, 1);
    }

    /// <summary>The command that writes the sums; null when nothing changed.</summary>
    public NpgsqlBatchCommand? Command(Guid tenant)
    {
        var rows = _sums.Where(s => s.Value != 0).ToList();
        if (rows.Count == 0) return null;
        return new NpgsqlBatchCommand(Sql)
        {
            Parameters =
            {
                new() { Value = tenant },
                new() { Value = (short)Random.Shared.Next(Shards) },
                new() { Value = rows.Select(r => r.Key.Campaign).ToArray() },
                new() { Value = rows.Select(r => NameOf(r.Key.Metric)).ToArray() },
                new() { Value = rows.Select(r => r.Key.Bucket).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
                new() { Value = rows.Select(r => r.Key.Reason).ToArray() },
                new() { Value = rows.Select(r => r.Value).ToArray() },
            },
        };
    }

    /// <summary>The metric's name in the table.</summary>
    public static string NameOf(Metric metric) => metric.ToString().ToLowerInvariant();

    /// <summary>How wide buckets are at a time: fine while people watch, coarse when opens trickle in for weeks.</summary>
    public static TimeSpan WidthAt(DateTimeOffset started, DateTimeOffset at) => (at - started).TotalHours switch
    {
        < 1 => TimeSpan.FromSeconds(10),
        < 24 => TimeSpan.FromMinutes(1),
        _ => TimeSpan.FromHours(1),
    };

    internal static DateTimeOffset BucketOf(DateTimeOffset started, DateTimeOffset at)
    {
        var width = WidthAt(started, at).Ticks;
        return new DateTimeOffset(at.UtcTicks / width * width, TimeSpan.Zero);
    }

    private void Add(Guid campaign, Metric metric, DateTimeOffset bucket, string? reason, int by)
    {
        var key = (campaign, metric, bucket, MessageState.HasReason(metric) ? Reasons.General(reason, ReasonLength) : "");
        _sums[key] = _sums.GetValueOrDefault(key) + by;
    }
}
