using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;
using Tideline.Platform.Events.Dispatch;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Events.Log;

/// <summary>
/// A group's part in this process: holds its fair share of the partitions and works on those with news. What is new in several is one chunk, as
/// a transaction costs the same for one event as for fifty; and a few chunks are at work at the same time, so that a slow handler in one does not
/// stop all. Everything that decides is in the database; what is kept here only saves asking.
/// </summary>
internal sealed class GroupConsumer(
    Dispatcher dispatcher, LogHeads heads, LogReader reader, GroupCursors cursors, Parking parking, BusOptions options, int chunksAtOnce,
    TimeProvider clock, ILogger log) : IServiceLoop
{
    private const int CarefulAfter = 3;
    private static readonly TimeSpan SaveHandled = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SaveSkipped = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<short, Lane> _lanes = new();
    private readonly Signal _wake = new();
    private readonly string _group = dispatcher.Service.Name;
    private long _renewAt, _heldUntil;
    private short _turn;

    /// <summary>Something was parked, or partitions were won: the retries look again.</summary>
    public Signal Parked { get; } = new();

    /// <summary>The group.</summary>
    public string Group => _group;

    /// <summary>Partitions held here.</summary>
    public short[] Held => [.. _lanes.Keys];

    /// <summary>Handled up to; null when the partition is not held here, long.MinValue when it is at work.</summary>
    public long? PositionOf(short partition) =>
        _lanes.TryGetValue(partition, out var lane) ? lane.Running is null ? lane.Position : long.MinValue : null;

    /// <summary>Events are parked, by whomever: what comes behind them must be asked for.</summary>
    public void SomethingWaits()
    {
        foreach (var lane in _lanes.Values) lane.MayWait = true;
    }

    /// <summary>Something was parked by somebody else: the retries look at once.</summary>
    public void LookAgain()
    {
        SomethingWaits();
        Parked.Raise();
    }

    /// <inheritdoc/>
    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        await cursors.RegisterAsync(ct);
        heads.Moved += _wake.Raise;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            while (true)
            {
                ct.ThrowIfCancellationRequested();
                health.Beat();
                await TendLeasesAsync(ct);
                await EndLanesAsync(ct);
                await SaveDueAsync(ct);
                StartLanes(stop.Token);
                await _wake.WaitAsync(Min(NextSave(), options.Lease / 6), ct);
            }
        }
        finally
        {
            heads.Moved -= _wake.Raise;
            await stop.CancelAsync();
            await LeaveAsync();
        }
    }

    private async Task TendLeasesAsync(CancellationToken ct)
    {
        var now = clock.GetTimestamp();
        if (now < _renewAt && !cursors.PresenceChanged) return;
        try
        {
            var (held, share) = await cursors.RenewAsync(Held, dispatcher.HandledLastMinute.Value, ct);
            _heldUntil = now + Ticks(options.Lease);
            foreach (var lane in _lanes.Values.Where(l => !held.Contains(l.Partition))) Drop(lane);
            if (_lanes.Count < share)
            {
                foreach (var lane in await cursors.ClaimAsync(Held, share - _lanes.Count, ct)) _lanes[lane.Partition] = lane;
                Parked.Raise();
            }
            // While some are missing, look often: their holder may be about to give them back, or dead.
            _renewAt = now + Ticks(_lanes.Count < share ? Min(SaveSkipped, options.Lease / 3) : options.Lease / 3);
            var spare = _lanes.Values.Count(l => !l.Leaving) - share;
            // Those at rest first: the others leave when their chunk has ended.
            foreach (var lane in _lanes.Values.Where(l => !l.Leaving).OrderBy(l => l.Running is not null).Take(Math.Max(0, spare))) lane.Leaving = true;
        }
        catch (NpgsqlException e) when (now < _heldUntil)
        {
            log.LogWarning(e, "{Group}: leases could not be renewed", _group);
            _renewAt = now + Ticks(options.Lease / 10);
        }
    }

    private async Task EndLanesAsync(CancellationToken ct)
    {
        var leaving = new List<short>();
        foreach (var lane in _lanes.Values)
        {
            if (lane.Running is { IsCompleted: true } ended)
            {
                lane.Running = null;
                if (await ended == ChunkEnd.Trouble) lane.NotBefore = clock.GetTimestamp() + Ticks(TimeSpan.FromSeconds(Math.Min(5, 0.1 * (1 << Math.Min(lane.Troubles++, 6)))));
                else (lane.Troubles, lane.NotBefore) = (0, 0);
                if (lane.Gone)
                {
                    Drop(lane);
                    _renewAt = 0;
                    continue;
                }
            }
            if (lane.Leaving && lane.Running is null) leaving.Add(lane.Partition);
        }
        if (leaving.Count == 0) return;
        await SaveAsync([.. leaving.Select(p => _lanes[p])], ct);
        await cursors.ReleaseAsync([.. leaving], leaveGroup: false, ct);
        foreach (var partition in leaving)
            if (_lanes.TryGetValue(partition, out var lane)) Drop(lane);
    }

    private void StartLanes(CancellationToken ct)
    {
        var now = clock.GetTimestamp();
        // Whether the lease still runs must be sure: another process may have waited for its end.
        if (now >= _heldUntil) return;
        var free = chunksAtOnce - _lanes.Values.Select(l => l.Running).OfType<Task>().Distinct().Count();
        while (free-- > 0 && NextChunk(now) is { Count: > 0 } lanes)
        {
            var running = Task.Run(() => WorkAsync(lanes, ct), CancellationToken.None);
            foreach (var lane in lanes) lane.Running = running;
        }
    }

    /// <summary>Lanes at rest with news, in turn, until together they have as much as is read at once.</summary>
    private List<Lane> NextChunk(long now)
    {
        var chunk = new List<Lane>();
        var news = 0L;
        for (var i = 0; i < Partitions.Count && news < options.ReadBatch; i++)
        {
            _turn = (short)((_turn + 1) % Partitions.Count);
            if (!_lanes.TryGetValue(_turn, out var lane) || lane.Running is not null || lane.Leaving || lane.NotBefore > now) continue;
            var head = heads[_turn];
            if (lane.Position >= head) continue;
            if (reader.HasNone(_turn, lane.Position, head))
            {
                lane.Position = head;
                SaveWithin(lane, SaveSkipped);
                continue;
            }
            if (lane.Takeovers >= CarefulAfter)
            {
                // What may kill its process is not to be at work together with others.
                if (chunk.Count == 0) return [lane];
                continue;
            }
            chunk.Add(lane);
            news += head - lane.Position;
        }
        return chunk;
    }

    private async Task<ChunkEnd> WorkAsync(List<Lane> lanes, CancellationToken stop)
    {
        try
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource([stop, .. lanes.Select(l => l.Lost.Token)]);
            await WorkOnChunkAsync(lanes, cancel.Token);
            return ChunkEnd.Moved;
        }
        catch (OperationCanceledException)
        {
            return ChunkEnd.Moved;
        }
        catch (Exception e) when (e is NpgsqlException or DatabaseUnavailableException or TransportUnavailableException)
        {
            log.LogWarning(e, "{Group}/{Partitions}: trouble with a database or the transport; trying again", _group, string.Join(',', lanes.Select(l => l.Partition)));
            return ChunkEnd.Trouble;
        }
#pragma warning disable CA1031 // Whatever it is, the other lanes go on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.LogError(e, "{Group}/{Partitions}: the dispatcher failed; trying again", _group, string.Join(',', lanes.Select(l => l.Partition)));
            return ChunkEnd.Trouble;
        }
        finally
        {
            _wake.Raise();
        }
    }

    private async Task WorkOnChunkAsync(List<Lane> lanes, CancellationToken ct)
    {
        var wanted = lanes.ConvertAll(l => new LogRange(l.Partition, l.Position, heads[l.Partition]));
        var found = await reader.ReadAsync(wanted, options.ReadBatch, ct);
        var deliveries = found.SelectMany(f => f.Deliveries).ToList();
        ILookup<short, Unhandled> unhandled = Array.Empty<Unhandled>().ToLookup(_ => (short)0);
        if (deliveries.Count > 0)
        {
            unhandled = (lanes[0].Takeovers >= CarefulAfter ? OneAtATime(lanes[0], deliveries) : await dispatcher.HandleAsync(deliveries, await WaitingAsync(lanes, ct), ct))
                .ToLookup(u => u.Delivery.Partition);
        }
        CrashPoints.Hit("consumer.before-advance");
        for (var i = 0; i < lanes.Count; i++)
            await AdvanceAsync(lanes[i], found[i].Reached, found[i].Deliveries.Count > 0, [.. unhandled[lanes[i].Partition]], ct);
    }

    private async Task<HashSet<OrderKey>> WaitingAsync(List<Lane> lanes, CancellationToken ct)
    {
        var asked = lanes.FindAll(l => l.MayWait);
        if (asked.Count == 0) return [];
        var waiting = await reader.WaitingAsync([.. asked.Select(l => l.Partition)], ct);
        foreach (var lane in asked) lane.MayWait = waiting.Exists(w => w.Partition == lane.Partition);
        return [.. waiting.Select(w => w.Key)];
    }

    /// <summary>One of these may kill its process. From here they are tried one at a time, each attempt counted before it is made.</summary>
    private List<Unhandled> OneAtATime(Lane lane, List<Delivery> deliveries)
    {
        log.LogError("{Group}/{Partition}: {Count} leases ran out without progress; taking the next events one at a time", _group, lane.Partition, lane.Takeovers);
        return deliveries.ConvertAll(d => new Unhandled(d, "Its process ended while it was at work on this event or its neighbours.", false));
    }

    private async Task AdvanceAsync(Lane lane, long reached, bool handled, List<Unhandled> unhandled, CancellationToken ct)
    {
        if (unhandled.Count > 0)
        {
            var attempts = lane.Takeovers >= CarefulAfter ? Math.Min(lane.Takeovers, Math.Max(1, options.MaxAttempts - 1)) : 1;
            if (!await parking.PassAsync(lane.Partition, lane.Saved, reached, unhandled, attempts, ct))
            {
                lane.Gone = true;
                return;
            }
            (lane.Saved, lane.MayWait) = (reached, true);
            Parked.Raise();
        }
        else
        {
            SaveWithin(lane, handled ? SaveHandled : SaveSkipped);
        }
        lane.Position = reached;
        if (handled) lane.Takeovers = 0;
    }

    private void SaveWithin(Lane lane, TimeSpan time) => lane.SaveAt = Math.Min(lane.SaveAt, clock.GetTimestamp() + Ticks(time));

    private TimeSpan NextSave()
    {
        var next = _lanes.Values.Where(l => l.Running is null).Select(l => l.SaveAt).DefaultIfEmpty(long.MaxValue).Min();
        if (next == long.MaxValue) return SaveSkipped;
        return TimeSpan.FromSeconds(Math.Clamp((double)(next - clock.GetTimestamp()) / clock.TimestampFrequency, 0.001, SaveSkipped.TotalSeconds));
    }

    /// <summary>Tells the database of all lanes at rest as soon as one has waited long enough.</summary>
    private async Task SaveDueAsync(CancellationToken ct)
    {
        var now = clock.GetTimestamp();
        var resting = _lanes.Values.Where(l => l.Running is null).ToList();
        if (resting.Exists(l => l.SaveAt <= now)) await SaveAsync(resting, ct);
    }

    private async Task SaveAsync(List<Lane> lanes, CancellationToken ct)
    {
        foreach (var lane in lanes) lane.SaveAt = long.MaxValue;
        lanes.RemoveAll(l => l.Position == l.Saved);
        if (lanes.Count == 0) return;
        try
        {
            var saved = await cursors.SaveAsync([.. lanes.Select(l => (l.Partition, l.Saved, l.Position))], ct);
            foreach (var lane in lanes)
            {
                if (saved.Contains(lane.Partition))
                {
                    lane.Saved = lane.Position;
                    continue;
                }
                Drop(lane);
                _renewAt = 0;
            }
        }
        catch (NpgsqlException e)
        {
            log.LogWarning(e, "{Group}: cursors could not be saved", _group);
            foreach (var lane in lanes) SaveWithin(lane, SaveSkipped);
        }
    }

    private async Task LeaveAsync()
    {
        var running = _lanes.Values.Select(l => l.Running).OfType<Task<ChunkEnd>>().ToList();
        await Task.WhenAll(running);
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await SaveAsync([.. _lanes.Values], limit.Token);
            await cursors.ReleaseAsync(Held, leaveGroup: true, limit.Token);
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
        {
            log.LogWarning(e, "{Group}: leases could not be given back; they run out by themselves", _group);
        }
        foreach (var lane in _lanes.Values) Drop(lane);
        _renewAt = 0;
    }

    private void Drop(Lane lane)
    {
        lane.Lost.Cancel();
        _lanes.TryRemove(new KeyValuePair<short, Lane>(lane.Partition, lane));
        (lane.Running ?? Task.CompletedTask).ContinueWith(_ => lane.Dispose(), TaskScheduler.Default);
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * clock.TimestampFrequency);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
