using Tideline.Platform.Events.Dispatch;
using Tideline.Platform.Events.Log;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Events.Brokers;

/// <summary>A transport whose log is kept by a message broker.</summary>
internal sealed class BrokerTransport(
    IBroker broker, BrokerPositions positions, BrokerFeed feed, BrokerLog log, ConsumerGroups groups, BusListener listener, LogPoll poll, BusOptions options)
    : IEventTransport
{
    /// <inheritdoc/>
    public string Name => broker.Name;

    /// <inheritdoc/>
    public async Task AppendAsync(IReadOnlyList<EventEnvelope> events, CancellationToken ct)
    {
        using var spans = new PublishSpans();
        events = spans.Start(events);
        var prepared = await positions.GetAsync(ct);
        feed.Expect(events);
        try
        {
            await broker.AppendAsync(prepared.Epoch, events, ct);
        }
        catch (TransportUnavailableException)
        {
            positions.Forget();
            throw;
        }
        BusTelemetry.Published.Add(events.Count, new KeyValuePair<string, object?>("service", events[0].Source));
    }

    /// <inheritdoc/>
    public IEnumerable<(string Name, IServiceLoop Loop)> Loops()
    {
        yield return ("feed", feed);
        yield return ("poll", poll);
        // The broker tells of new events; live hints and the sign of life still come by NOTIFY.
        if (options.Notifications) yield return ("listener", listener);
    }

    /// <inheritdoc/>
    public IEnumerable<(string Name, IServiceLoop Loop)> Consume(Dispatcher dispatcher) => groups.Consume(dispatcher, log);

    /// <inheritdoc/>
    public void LookAgain(string group) => groups.LookAgain(group);

    /// <inheritdoc/>
    public async Task<bool> IsCaughtUpAsync(CancellationToken ct) => feed.IsUpToDate && await groups.AreCaughtUpAsync(ct);

    /// <inheritdoc/>
    public Task<long> PublishedLastMinuteAsync(CancellationToken ct) => Task.FromResult(feed.LastMinute.Value);
}
