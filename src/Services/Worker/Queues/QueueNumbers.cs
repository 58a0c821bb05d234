using Tideline.Platform.Data;

namespace Tideline.Worker.Queues;

/// <summary>How a queue stands, over all tenants.</summary>
internal sealed record QueueNumber
{
    public required string Name { get; init; }
    public long Ready { get; set; }
    /// <summary>Of the ready ones, those of a type that no living runner handles. They wait until one does.</summary>
    public long Parked { get; set; }
    /// <summary>Wait for their time; those to be tried again are not among them.</summary>
    public long Scheduled { get; set; }
    public long Running { get; set; }
    /// <summary>Failed and wait to be tried again.</summary>
    public long Failed { get; set; }
    public long Dead { get; set; }
    public double OldestReadyAgeSeconds { get; set; }
    public long CompletedLastMinute { get; set; }
}

/// <summary>Counts the queues, at most once a second however many ask, and more seldom when they are long.</summary>
internal sealed class QueueNumbers(ServiceDatabase<WorkerDb> database, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    /// <summary>Counting a million takes its time: it may cost this share of one core, and is done more seldom then.</summary>
    private const double MostShare = 0.05;

    // One look at what is ready, for the whole and for those of a type that nobody handles.
    private const string Sql = """
        with waiting as materialized (
            select r.queue, r.type, count(*) as n, min(r.run_at) as oldest from ready r group by r.queue, r.type
        )
        select w.queue, 'ready', false, sum(w.n)::bigint, extract(epoch from clock_timestamp() - min(w.oldest))::float8 from waiting w group by w.queue
        union all
        select w.queue, 'parked', false, sum(w.n)::bigint, null from waiting w
        where w.type <> all (array(select unnest(k.types) from worker k where k.seen_at > clock_timestamp() - interval '1 minute'))
        group by w.queue
        union all
        select l.queue, 'running', false, sum(cardinality(l.ids))::bigint, null from lease l group by l.queue
        union all
        select j.queue, 'dead', false, count(*), null from job j where j.state = 'dead' group by j.queue
        union all
        select j.queue, 'scheduled', j.error is not null, count(*), null from job j where j.state = 'scheduled' group by j.queue, j.error is not null
        union all
        select p.queue, 'completed', false, sum(p.jobs)::bigint, null from pace p where p.at > clock_timestamp() - interval '1 minute' group by p.queue
        """;

    private readonly SemaphoreSlim _one = new(1, 1);
    private (long At, TimeSpan Fresh, IReadOnlyList<QueueNumber> Numbers)? _last;

    public async Task<IReadOnlyList<QueueNumber>> GetAsync(CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            if (_last is { } last && clock.GetElapsedTime(last.At) < last.Fresh) return last.Numbers;
            var began = clock.GetTimestamp();
            var counted = await CountAsync(ct);
            var (now, took) = (clock.GetTimestamp(), clock.GetElapsedTime(began) / MostShare);
            _last = (now, took > Fresh ? took : Fresh, counted);
            return counted;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<IReadOnlyList<QueueNumber>> CountAsync(CancellationToken ct)
    {
        var queues = new SortedDictionary<string, QueueNumber>(StringComparer.Ordinal);
        await using var transaction = await database.BeginSystemAsync(ct);
        await using var command = transaction.Command(Sql);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var name = reader.GetString(0);
            if (!queues.TryGetValue(name, out var queue)) queues[name] = queue = new QueueNumber { Name = name };
            var count = reader.GetInt64(3);
            switch (reader.GetString(1))
            {
                case "ready":
                    queue.Ready = count;
                    queue.OldestReadyAgeSeconds = Math.Max(0, Math.Round(reader.GetDouble(4), 3));
                    break;
                case "running": queue.Running = count; break;
                case "dead": queue.Dead = count; break;
                case "completed": queue.CompletedLastMinute = count; break;
                case "parked": queue.Parked = count; break;
                default:
                    if (reader.GetBoolean(2)) queue.Failed = count;
                    else queue.Scheduled = count;
                    break;
            }
        }
        return [.. queues.Values];
    }
}
