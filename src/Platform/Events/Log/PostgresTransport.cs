using Tideline.Platform.Data;
using Tideline.Platform.Events.Dispatch;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Events.Log;

/// <summary>The default transport: an append-only log in the <c>bus</c> database.</summary>
internal sealed class PostgresTransport(
    BusDatabase bus, PostgresLog log, LogHeads heads, LogTail tail, LogNotifier notifier, BusListener listener, LogPoll poll, ConsumerGroups groups,
    BusOptions options) : IEventTransport
{
    private readonly LogAppender _appender = new(bus);

    /// <inheritdoc/>
    public string Name => "postgres";

    /// <inheritdoc/>
    public async Task AppendAsync(IReadOnlyList<EventEnvelope> events, CancellationToken ct)
    {
        using (var spans = new PublishSpans())
        {
            var appended = await _appender.AppendAsync(spans.Start(events), ct);
            tail.Keep(appended);
            var moved = appended.GroupBy(d => d.Partition).Select(g => (g.Key, g.Max(d => d.Position))).ToList();
            heads.Learn(moved);
            notifier.Announce(moved);
        }
        BusTelemetry.Published.Add(events.Count, new KeyValuePair<string, object?>("service", events[0].Source));
    }

    /// <inheritdoc/>
    public IEnumerable<(string Name, IServiceLoop Loop)> Loops()
    {
        yield return ("poll", poll);
        if (!options.Notifications) yield break;
        yield return ("notifier", notifier);
        yield return ("listener", listener);
    }

    /// <inheritdoc/>
    public IEnumerable<(string Name, IServiceLoop Loop)> Consume(Dispatcher dispatcher) => groups.Consume(dispatcher, log);

    /// <inheritdoc/>
    public void LookAgain(string group) => groups.LookAgain(group);

    /// <inheritdoc/>
    public Task<bool> IsCaughtUpAsync(CancellationToken ct) => groups.AreCaughtUpAsync(ct);

    /// <inheritdoc/>
    public async Task<long> PublishedLastMinuteAsync(CancellationToken ct)
    {
        await using var batch = bus.CreateBatch().Add("select count(*) from log where appended_at > now() - interval '1 minute'");
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return reader.GetInt64(0);
    }
}
