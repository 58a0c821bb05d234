using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;
using Tideline.Platform.Events.Dispatch;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Events.Log;

/// <summary>
/// A group's part in this process: holds its fair share of the partitions and works on those with news, a few at the same time, so that a slow
/// handler in one does not stop all. Everything that decides is in the database; what is kept here only saves asking.
/// </summary>
internal sealed class GroupConsumer(
    Dispatcher dispatcher, LogHeads heads, LogReader reader, GroupCursors cursors, Parking parking, BusOptions options, int lanesAtOnce,
    TimeProvider clock, ILogger log) : IServiceLoop
{
    private const int CarefulAfter = 3;
    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<short, Lane> _lanes = new();
    private readonly Signal _wake = new();
    private readonly string _group = dispatcher.Service.Name;
    private long _renewAt, _heldUntil, _saveAt;
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
                StartLanes(stop.Token);
                await SaveSkippedAsync(ct);
                await _wake.WaitAsync(Min(SaveEvery, options.Lease / 6), ct);
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
            _renewAt = now + Ticks(_lanes.Count < share ? Min(SaveEvery, options.Lease / 3) : options.Lease / 3);
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
                switch (await ended)
                {
                    case LaneEnd.Lost:
                        Drop(lane);
                        _renewAt = 0;
                        continue;
                    case LaneEnd.Trouble:
                        lane.NotBefore = clock.GetTimestamp() + Ticks(TimeSpan.FromSeconds(Math.Min(5, 0.1 * (1 << Math.Min(lane.Troubles++, 6)))));
                        break;
                    default:
                        (lane.Troubles, lane.NotBefore) = (0, 0);
                        break;
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
        var free = lanesAtOnce - _lanes.Values.Count(l => l.Running is not null);
        for (var i = 0; i < Partitions.Count && free > 0; i++)
        {
            _turn = (short)((_turn + 1) % Partitions.Count);
            if (!_lanes.TryGetValue(_turn, out var lane) || lane.Running is not null || lane.Leaving || lane.NotBefore > now) continue;
            if (lane.Position >= heads[_turn]) continue;
            lane.Running = Task.Run(() => WorkAsync(lane, ct), CancellationToken.None);
            free--;
        }
    }

    private async Task<LaneEnd> WorkAsync(Lane lane, CancellationToken stop)
    {
        try
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stop, lane.Lost.Token);
            return await WorkOnChunkAsync(lane, cancel.Token) ? LaneEnd.Moved : LaneEnd.Lost;
        }
        catch (OperationCanceledException)
        {
            return LaneEnd.Moved;
        }
        catch (Exception e) when (e is NpgsqlException or DatabaseUnavailableException)
        {
            log.LogWarning(e, "{Group}/{Partition}: trouble with a database; trying again", _group, lane.Partition);
            return LaneEnd.Trouble;
        }
#pragma warning disable CA1031 // Whatever it is, the other lanes go on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.LogError(e, "{Group}/{Partition}: the dispatcher failed; trying again", _group, lane.Partition);
            return LaneEnd.Trouble;
        }
        finally
        {
            _wake.Raise();
        }
    }

    /// <returns>False when the partition is no longer held.</returns>
    private async Task<bool> WorkOnChunkAsync(Lane lane, CancellationToken ct)
    {
        var head = heads[lane.Partition];
        var (deliveries, waiting) = await reader.ReadAsync(lane.Partition, lane.Position, head, options.ReadBatch, ct);
        var reached = deliveries.Count == options.ReadBatch ? deliveries[^1].Position : head;
        if (deliveries.Count == 0)
        {
            lane.Position = reached; // Saved with others, once in a while: to skip again costs nothing.
            return true;
        }
        IReadOnlyList<Unhandled> unhandled;
        var attempts = 1;
        if (lane.Takeovers >= CarefulAfter)
        {
            // One of these may kill its process. From here they are tried one at a time, each attempt counted before it is made.
            log.LogError("{Group}/{Partition}: {Count} leases ran out without progress; taking the next events one at a time", _group, lane.Partition, lane.Takeovers);
            unhandled = [.. deliveries.Select(d => new Unhandled(d, "Its process ended while it was at work on this event or its neighbours.", false))];
            attempts = Math.Min(lane.Takeovers, Math.Max(1, options.MaxAttempts - 1));
        }
        else
        {
            unhandled = await dispatcher.HandleAsync(deliveries, waiting, ct);
        }
        CrashPoints.Hit("consumer.before-advance");
        var moved = unhandled.Count == 0
            ? (await cursors.SaveAsync([(lane.Partition, lane.Saved, reached)], ct)).Count == 1
            : await parking.PassAsync(lane.Partition, lane.Saved, reached, unhandled, attempts, ct);
        if (!moved) return false;
        (lane.Saved, lane.Position, lane.Takeovers) = (reached, reached, 0);
        if (unhandled.Count > 0) Parked.Raise();
        return true;
    }

    private async Task SaveSkippedAsync(CancellationToken ct)
    {
        var now = clock.GetTimestamp();
        if (now < _saveAt) return;
        _saveAt = now + Ticks(SaveEvery);
        await SaveAsync([.. _lanes.Values.Where(l => l.Running is null)], ct);
    }

    private async Task SaveAsync(List<Lane> lanes, CancellationToken ct)
    {
        lanes.RemoveAll(l => l.Position == l.Saved);
        if (lanes.Count == 0) return;
        try
        {
            var saved = await cursors.SaveAsync([.. lanes.Select(l => (l.Partition, l.Saved, l.Position))], ct);
            foreach (var lane in lanes)
            {
                if (saved.Contains(lane.Partition)) lane.Saved = lane.Position;
                else Drop(lane);
            }
        }
        catch (NpgsqlException e)
        {
            log.LogWarning(e, "{Group}: cursors could not be saved", _group);
        }
    }

    private async Task LeaveAsync()
    {
        var running = _lanes.Values.Select(l => l.Running).OfType<Task<LaneEnd>>().ToList();
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
