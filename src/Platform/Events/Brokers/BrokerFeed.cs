using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tideline.Platform.Data;
using Tideline.Platform.Events.Dispatch;
using Tideline.Platform.Events.Log;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Events.Brokers;

/// <summary>
/// Follows the ends of the broker's logs, once for all groups of this process: keeps the newest events in memory, tells the consumers of new heads, and
/// writes the heads to the <c>bus</c> database before that. There they say how far behind a group is, and whether a process died with work before it.
/// </summary>
internal sealed class BrokerFeed(
    IBroker broker, BrokerPositions positions, BusDatabase bus, LogHeads heads, LogTail tail, TimeProvider clock, ILogger log) : IServiceLoop
{
    private const int AtOnce = 1000;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    // In order of the partitions, so that two processes wait for each other in one direction only.
    private const string Lock = "select partition from head where partition = any($1) order by partition for update";
    private const string Move = """
        update head h set position = n.position from unnest($1::smallint[], $2::bigint[]) as n(partition, position)
        where h.partition = n.partition and h.position < n.position
        """;

    private readonly ConcurrentDictionary<Guid, byte> _expected = new();
    private readonly long[] _next = new long[Partitions.Count];
    private BrokerPositions.Prepared? _nextIn;
    private volatile bool _following;

    /// <summary>Events that have come by in the last minute.</summary>
    public MinuteCount LastMinute { get; } = new(clock);

    /// <summary>Whether everything that this process has appended has come by.</summary>
    public bool IsUpToDate => _following && _expected.IsEmpty;

    /// <summary>These events are about to be appended.</summary>
    public void Expect(IReadOnlyList<EventEnvelope> events)
    {
        foreach (var happened in events) _expected.TryAdd(happened.Id, 0);
    }

    /// <inheritdoc/>
    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        var prepared = await positions.GetAsync(ct);
        // Where it left off, unless these are other logs.
        if (_nextIn?.IsSame(prepared) != true)
            for (short partition = 0; partition < Partitions.Count; partition++) _next[partition] = Math.Max(0, prepared.OffsetOf(partition, prepared.Heads[partition] + 1));
        _nextIn = prepared;
        var arrived = Channel.CreateBounded<BrokerMessage>(new BoundedChannelOptions(AtOnce) { SingleReader = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var taking = TakeAsync(prepared, arrived.Reader, health, stop.Token);
        var following = broker.FollowAsync(
            prepared.Epoch, [.. _next], () => _following = true, (message, token) => arrived.Writer.WriteAsync(message, token), stop.Token);
        try
        {
            await await Task.WhenAny(taking, following);
        }
        finally
        {
            _following = false;
            positions.Forget();
            await stop.CancelAsync();
            await Task.WhenAll(taking, following).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task TakeAsync(BrokerPositions.Prepared prepared, ChannelReader<BrokerMessage> arrived, LoopHealth health, CancellationToken ct)
    {
        var news = new long[Partitions.Count];
        var deliveries = new List<Delivery>();
        while (true)
        {
            health.Beat();
            using (var idle = CancellationTokenSource.CreateLinkedTokenSource(ct))
            {
                idle.CancelAfter(Idle);
                try
                {
                    await arrived.WaitToReadAsync(idle.Token);
                }
                catch (OperationCanceledException) when (!ct.IsCancellationRequested)
                {
                    continue;
                }
            }
            Array.Clear(news);
            deliveries.Clear();
            for (var i = 0; i < AtOnce && arrived.TryRead(out var message); i++)
            {
                var position = prepared.PositionOf(message.Partition, message.Offset);
                news[message.Partition] = position;
                if (message.Event is { } happened) deliveries.Add(new Delivery(message.Partition, position, happened));
                else log.LogWarning("{Transport}: message {Offset} of partition {Partition} is not an event of ours and is passed over", broker.Name, message.Offset, message.Partition);
            }
            var moved = Enumerable.Range(0, news.Length).Where(p => news[p] > 0).Select(p => ((short)p, news[p])).ToList();
            await WriteAsync(moved, ct);
            tail.Keep(deliveries);
            heads.Learn(moved);
            foreach (var (partition, position) in moved) _next[partition] = prepared.OffsetOf(partition, position) + 1;
            LastMinute.Add(deliveries.Count);
            foreach (var delivery in deliveries) _expected.TryRemove(delivery.Event.Id, out _);
        }
    }

    private async Task WriteAsync(List<(short Partition, long Position)> moved, CancellationToken ct)
    {
        await using var batch = bus.CreateBatch()
            .Add(Lock, EventColumns.Array(moved, m => m.Partition))
            .Add(Move, EventColumns.Array(moved, m => m.Partition), EventColumns.Array(moved, m => m.Position))
            // Lost in a crash of the server, it is written again with the next event.
            .Add("select set_config('synchronous_commit', 'off', true)");
        await batch.ExecuteAsync(ct);
    }
}
