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

/// <summary>Counts the queues, at most once a second however many ask.</summary>
internal sealed class QueueNumbers(ServiceDatabase<WorkerDb> database, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private const string Sql = """
        select j.queue, j.state, false as failed, count(*), extract(epoch from clock_timestamp() - min(j.run_at))::float8
        from job j where j.state in ('ready', 'running', 'dead') group by j.queue, j.state
        union all
        select j.queue, 'scheduled', j.error is not null, count(*), null from job j where j.state = 'scheduled' group by j.queue, j.error is not null
        union all
        select j.queue, 'completed', false, count(*), null from job j
        where j.state = 'completed' and j.finished_at > clock_timestamp() - interval '1 minute' group by j.queue
        union all
        select j.queue, 'parked', false, count(*), null from job j
        where j.state = 'ready' and j.type <> all (array(select unnest(w.types) from worker w where w.seen_at > clock_timestamp() - interval '1 minute'))
        group by j.queue
        """;

    private readonly SemaphoreSlim _one = new(1, 1);
    private (long At, IReadOnlyList<QueueNumber> Numbers)? _last;

    public async Task<IReadOnlyList<QueueNumber>> GetAsync(CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            if (_last is { } last && clock.GetElapsedTime(last.At) < Fresh) return last.Numbers;
            var counted = await CountAsync(ct);
            _last = (clock.GetTimestamp(), counted);
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
