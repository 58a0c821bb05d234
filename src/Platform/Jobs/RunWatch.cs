namespace Tideline.Platform.Jobs;

/// <summary>
/// One clock for all runs of a runner: stops those whose lease could not be renewed in time, before somebody else may start them, and those
/// that take longer than their type allows. Beside the heartbeats, not behind them: one that hangs must not hold it up.
/// </summary>
internal sealed class RunWatch(HeldRuns runs, IReadOnlyList<JobLane> lanes, TimeProvider clock)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    public async Task RunAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Tick, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                var now = clock.GetTimestamp();
                foreach (var run in runs.All)
                {
                    if (now > run.LeaseEnds) run.Stop(StopReason.Lost);
                    else if (now > run.TimesOut) run.Stop(StopReason.TimedOut);
                }
                foreach (var lane in lanes) lane.GiveBackWhatWaits();
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The runner has stopped.
        }
    }
}
