using Microsoft.Extensions.Logging;
using Tideline.Contracts.Worker;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Jobs;

/// <summary>
/// Renews the leases of a runner's runs, many in one call, and carries what their handlers tell.
/// </summary>
internal sealed class Heartbeats(HeldRuns runs, IReadOnlyList<string> types, LoopHealth health, TimeProvider clock, ILogger log)
{
    private const double SharesOfLease = 10;
    private static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestTick = TimeSpan.FromSeconds(1);

    private long? _lastBeat;

    public async Task RunAsync(CancellationToken ct)
    {
        var failures = 0;
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await BeatAsync(ct);
                failures = 0;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                if (++failures is 5 or 50) log.LogWarning(e, "The job queue does not take heartbeats");
            }
            catch (OperationCanceledException)
            {
                return;
            }
            var tick = runs.Lease / SharesOfLease;
            await Task.Delay(tick < LongestTick ? tick : LongestTick, clock, ct).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task BeatAsync(CancellationToken ct)
    {
        var interval = runs.IsEmpty ? IdleInterval : runs.Lease / SharesOfLease;
        var isDue = _lastBeat is not { } last || clock.GetElapsedTime(last) >= interval;
        RunningJob[] told = [.. runs.All.Where(r => isDue || (r.HasNews && !r.Ended))];
        if (!isDue && told.Length == 0) return;

        var sent = clock.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(runs.Lease / 3 + TimeSpan.FromMilliseconds(200));
        var answer = await runs.Queue.HeartbeatAsync(runs.Service, new HeartbeatRequest
        {
            WorkerId = runs.WorkerId,
            Host = Environment.MachineName,
            Types = types,
            Jobs = [.. told.Select(Held)],
        }, limit.Token);
        health.Beat();
        runs.Known.TrySetResult();
        if (isDue) _lastBeat = sent;
        foreach (var run in told) run.LeaseEnds = runs.LeaseFrom(sent);
        foreach (var id in answer.Lost.Where(id => told.Any(r => r.Job.Id == id && !r.Ended))) runs.Find(id)?.Stop(StopReason.Lost);
        foreach (var id in answer.Cancelled) runs.Find(id)?.Stop(StopReason.Cancelled);
    }

    private static HeldJob Held(RunningJob run)
    {
        // What a run that ended has told goes out with its result.
        var (progress, text, lines) = run.Ended ? default : run.TakeNews();
        return new HeldJob { TenantId = run.Job.TenantId, Id = run.Job.Id, Attempt = run.Job.Attempt, Progress = progress, ProgressText = text, Log = lines };
    }
}
