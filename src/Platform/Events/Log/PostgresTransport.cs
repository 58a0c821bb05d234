using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tideline.Platform.Data;
using Tideline.Platform.Events.Dispatch;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Events.Log;

/// <summary>The default transport: an append-only log in the <c>bus</c> database.</summary>
internal sealed class PostgresTransport(
    BusDatabase bus, LogHeads heads, LogTail tail, LogNotifier notifier, BusListener listener, LogPoll poll, Presence presence, IOptions<BusOptions> options,
    DatabaseDirectory directory, TimeProvider clock, ILoggerFactory loggers) : IEventTransport
{
    private readonly LogAppender _appender = new(bus);
    private readonly List<GroupConsumer> _groups = [];

    /// <inheritdoc/>
    public async Task AppendAsync(IReadOnlyList<EventEnvelope> events, CancellationToken ct)
    {
        var spans = new List<Activity>();
        try
        {
            if (BusTelemetry.Source.HasListeners()) events = [.. events.Select(e => Traced(e, spans))];
            var appended = await _appender.AppendAsync(events, ct);
            tail.Keep(appended);
            var moved = appended.GroupBy(d => d.Partition).Select(g => (g.Key, g.Max(d => d.Position))).ToList();
            heads.Learn(moved);
            notifier.Announce(moved);
        }
        finally
        {
            for (var i = spans.Count - 1; i >= 0; i--) spans[i].Dispose();
        }
        BusTelemetry.Published.Add(events.Count, new KeyValuePair<string, object?>("service", events[0].Source));
    }

    /// <inheritdoc/>
    public IEnumerable<(string Name, IServiceLoop Loop)> Loops()
    {
        yield return ("poll", poll);
        if (!options.Value.Notifications) yield break;
        yield return ("notifier", notifier);
        yield return ("listener", listener);
    }

    /// <inheritdoc/>
    public IEnumerable<(string Name, IServiceLoop Loop)> Consume(Dispatcher dispatcher)
    {
        var group = dispatcher.Service.Name;
        var log = loggers.CreateLogger<GroupConsumer>();
        // A third of the pool at most: the relay, the requests and the retries need connections too, and a handler may take a second one.
        var lanes = Math.Clamp(directory.PoolSize / 3, 1, options.Value.Lanes);
        var parking = new Parking(bus, group, presence.Owner, options.Value);
        var consumer = new GroupConsumer(
            dispatcher, heads, new LogReader(bus, tail, group, dispatcher.Types), new GroupCursors(bus, group, presence, options.Value.Lease), parking,
            options.Value, lanes, clock, log);
        _groups.Add(consumer);
        yield return ("consumer", consumer);
        yield return ("retries", new GroupRetries(consumer, dispatcher, parking, options.Value, Math.Max(1, lanes / 2), log));
    }

    /// <inheritdoc/>
    public void LookAgain(string group) => _groups.Find(g => g.Group == group)?.LookAgain();

    /// <inheritdoc/>
    public async Task<bool> IsCaughtUpAsync(CancellationToken ct)
    {
        await using var batch = bus.CreateBatch()
            .Add("select h.partition, h.position, c.group_name, c.position from head h join cursor c using (partition) where c.group_name = any($1)",
                Parameter.Of<string[]>([.. _groups.Select(g => g.Group)]))
            .Add("select exists (select 1 from parked where group_name = any($1) and (next_attempt_at <= now() or attempts < 3))",
                Parameter.Of<string[]>([.. _groups.Select(g => g.Group)]));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var seen = 0;
        while (await reader.ReadAsync(ct))
        {
            seen++;
            var (partition, head, group, saved) = (reader.GetInt16(0), reader.GetInt64(1), reader.GetString(2), reader.GetInt64(3));
            var here = _groups.Find(g => g.Group == group)!.PositionOf(partition) ?? saved;
            if (here < head) return false;
        }
        await reader.NextResultAsync(ct);
        await reader.ReadAsync(ct);
        return seen == _groups.Count * Partitions.Count && !reader.GetBoolean(0);
    }

    private static EventEnvelope Traced(EventEnvelope envelope, List<Activity> spans)
    {
        if (envelope.Traceparent is null) return envelope;
        var current = Activity.Current;
        var span = BusTelemetry.Start("tideline.bus publish " + envelope.Type, ActivityKind.Producer, envelope);
        Activity.Current = current;
        if (span is null) return envelope;
        spans.Add(span);
        return envelope with { Traceparent = span.Id };
    }
}
