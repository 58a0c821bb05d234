using Tideline.Contracts.Worker;
using Tideline.Platform.Events;

namespace Tideline.Platform.Jobs;

/// <summary>
/// Runs the jobs of one type, as many at a time as the type allows, and holds a few more ready to start: as many as it gets through within
/// <see cref="JobOptions.Ahead"/>, so that short jobs do not wait for a claim each, and long ones are left for other processes.
/// </summary>
internal sealed class JobLane(JobCall call, JobExecution execution, HeldRuns runs, JobOptions options, TimeProvider clock)
{
    /// <summary>Jobs of a claim, at most: one row in the queue's table of leases stays handy.</summary>
    private const int MostAtOnce = 500;

    /// <summary>Then a thread is left to others for a moment: answers of the queue are among them.</summary>
    private const int RunsInARow = 32;

    private static readonly TimeSpan ShortestSpan = TimeSpan.FromMilliseconds(20), LongestWait = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Queue<RunningJob> _ahead = new();
    private readonly Signal _room = new();
    private int _busy, _ended, _wanted;
    private double _perSecond;
    private long _spanBegan = clock.GetTimestamp(), _filled;

    private int Concurrency => call.Type.Concurrency;

    public string Type => call.Type.Name;

    /// <summary>Waits until a claim is worth while.</summary>
    /// <returns>How many jobs it may bring.</returns>
    public async Task<int> RoomAsync(CancellationToken ct)
    {
        while (true)
        {
            lock (_lock)
            {
                Measure();
                var most = Concurrency + (int)Math.Min(2 * MostAtOnce, _perSecond * options.Ahead.TotalSeconds);
                // A claim for each free place of a long buffer would be as many claims as jobs.
                _wanted = Math.Max(Concurrency, most / 2);
                if (_busy + _ahead.Count < _wanted) return Math.Min(MostAtOnce, most - _busy - _ahead.Count);
            }
            await _room.WaitAsync(Timeout.InfiniteTimeSpan, ct);
        }
    }

    /// <summary>Starts what there is a place for, and keeps the rest.</summary>
    public void Add(IReadOnlyList<ClaimedJob> jobs)
    {
        var starts = 0;
        lock (_lock)
        {
            foreach (var job in jobs) _ahead.Enqueue(runs.Add(job, call.Type.TimeoutSeconds));
            _filled = clock.GetTimestamp();
            starts = Math.Min(Concurrency - _busy, _ahead.Count);
            _busy += Math.Max(0, starts);
        }
        for (; starts > 0; starts--) ThreadPool.UnsafeQueueUserWorkItem(static lane => _ = lane.RunAsync(), this, preferLocal: false);
    }

    /// <summary>Gives back what has waited here for too long: the type's jobs have become slow, and others may be free.</summary>
    public void GiveBackWhatWaits()
    {
        lock (_lock)
            if (_ahead.Count == 0 || clock.GetElapsedTime(_filled) < LongestWait) return;
        GiveBack();
    }

    /// <summary>Gives back what has not begun.</summary>
    public void GiveBack()
    {
        while (true)
        {
            RunningJob? run;
            lock (_lock)
                if (!_ahead.TryDequeue(out run)) return;
            runs.End(run, JobExecution.Result(run, RunOutcome.Returned));
        }
    }

    private async Task RunAsync()
    {
        for (var row = 0; Next(row > 0) is { } run;)
        {
            // A lease that ran out here has not begun to do anything.
            runs.End(run, run.Reason == StopReason.None ? await execution.RunAsync(call, run) : JobExecution.Result(run, RunOutcome.Returned));
            if (++row % RunsInARow == 0) await Task.Yield();
        }
    }

    /// <summary>The next run for a place whose run has ended, or none: then the place is free.</summary>
    private RunningJob? Next(bool hasEnded)
    {
        lock (_lock)
        {
            if (hasEnded) _ended++;
            var found = _ahead.TryDequeue(out var run);
            if (!found) _busy--;
            if (_busy + _ahead.Count < _wanted) _room.Raise();
            return run;
        }
    }

    private void Measure()
    {
        var span = clock.GetElapsedTime(_spanBegan);
        if (span < ShortestSpan) return;
        _perSecond = (_perSecond + _ended / span.TotalSeconds) / 2;
        (_spanBegan, _ended) = (clock.GetTimestamp(), 0);
    }
}
