using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;
using Tideline.Platform.Data;
using Tideline.Platform.Events;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Limits;

/// <summary>
/// Token buckets that several processes share. A request asks memory only; four times a second each process tells the database what it has
/// given out and hears what is left for all. So processes may together give out too much for a quarter of a second, and pay it back in the next.
/// </summary>
public sealed class SharedLimits : IServiceLoop
{
    private const int MostBuckets = 200_000;
    private const int MostAtOnce = 5_000;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan TidyEvery = TimeSpan.FromSeconds(10);

    private readonly BusDatabase _bus;
    private readonly TimeProvider _clock;
    private readonly ILogger<SharedLimits> _log;
    private readonly ConcurrentDictionary<LimitKey, TokenBucket> _buckets = new();
    private bool _isCutOff;

    internal SharedLimits(BusDatabase bus, TimeProvider clock, ILogger<SharedLimits> log) => (_bus, _clock, _log) = (bus, clock, log);

    /// <summary>Takes a token for a request, if there is one.</summary>
    public LimitState Take(LimitKey key, LimitRate rate) => BucketOf(key, rate).Take(_clock);

    /// <summary>Puts back a token that was taken for a request which is not let through after all.</summary>
    public void GiveBack(LimitKey key)
    {
        if (_buckets.TryGetValue(key, out var bucket)) bucket.GiveBack();
    }

    /// <inheritdoc/>
    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        var tidied = _clock.GetTimestamp();
        while (true)
        {
            health.Beat();
            await ShareAsync(ct);
            if (_clock.GetElapsedTime(tidied) > TidyEvery)
            {
                await TidyAsync(ct);
                tidied = _clock.GetTimestamp();
            }
            await Task.Delay(Interval, _clock, ct);
        }
    }

    /// <summary>Tells what was given out here and learns what is left.</summary>
    internal async Task ShareAsync(CancellationToken ct)
    {
        // In one order everywhere, so that two processes never wait for each other's rows.
        var reports = new SortedDictionary<string, (TokenBucket Bucket, double Spent)>(StringComparer.Ordinal);
        foreach (var (key, bucket) in _buckets)
        {
            if (reports.Count == MostAtOnce) break;
            if (bucket.TakeUnsent(_clock) is var spent and > 0) reports[key.ToString()] = (bucket, spent);
        }
        if (reports.Count == 0) return;
        try
        {
            await using var batch = _bus.CreateBatch().Add(
                """
                insert into rate_bucket as b (key, per_second, burst, tokens, at)
                select key, per_second, burst, burst - spent, clock_timestamp()
                from unnest($1::text[], $2::float8[], $3::float8[], $4::float8[]) as r (key, per_second, burst, spent) order by key
                on conflict (key) do update set
                    per_second = excluded.per_second, burst = excluded.burst, at = excluded.at,
                    tokens = greatest(-10 * excluded.per_second,
                        least(excluded.burst, b.tokens + greatest(0, extract(epoch from excluded.at - b.at)) * excluded.per_second) - (excluded.burst - excluded.tokens))
                returning key, tokens
                """,
                Parameter.Of(reports.Keys.ToArray()), Parameter.Of(reports.Values.Select(r => r.Bucket.Rate.PerSecond).ToArray()),
                Parameter.Of(reports.Values.Select(r => r.Bucket.Rate.Burst).ToArray()), Parameter.Of(reports.Values.Select(r => r.Spent).ToArray()));
            await using var reader = await batch.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct)) reports[reader.GetString(0)].Bucket.Learn(reader.GetDouble(1), _clock);
            _isCutOff = false;
        }
#pragma warning disable CA1031 // Whatever it is, what was given out must not be forgotten.
        catch (Exception e) when (!ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            foreach (var (bucket, spent) in reports.Values) bucket.Keep(spent);
            if (!_isCutOff) _log.LogWarning(e, "What requests were let in cannot be shared; each process limits by itself until then");
            _isCutOff = true;
        }
    }

    private TokenBucket BucketOf(LimitKey key, LimitRate rate)
    {
        if (_buckets.TryGetValue(key, out var bucket) && bucket.Rate == rate) return bucket;
        // A flood from everywhere must not fill the memory: those who come now share a bucket until there is room.
        if (_buckets.Count >= MostBuckets) key = new LimitKey(key.Kind, Guid.Empty, "others");
        return _buckets.AddOrUpdate(key, _ => new TokenBucket(rate, _clock.GetTimestamp()), (_, known) => known.Rate == rate ? known : new TokenBucket(rate, _clock.GetTimestamp()));
    }

    private async Task TidyAsync(CancellationToken ct)
    {
        foreach (var (key, bucket) in _buckets)
            if (bucket.IsIdle(_clock)) _buckets.TryRemove(new(key, bucket));
        try
        {
            await using var batch = _bus.CreateBatch().Add(
                "delete from rate_bucket where key in (select key from rate_bucket where at < clock_timestamp() - interval '1 hour' limit 5000 for update skip locked)");
            await batch.ExecuteAsync(ct);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            _log.LogDebug(e, "Old buckets stay for now");
        }
    }
}
