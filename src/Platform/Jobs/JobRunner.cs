using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tideline.Contracts.Worker;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Jobs;

/// <summary>
/// Runs the jobs of one service in this process: claims for each type, as many at a time as the type allows; heartbeats and results for all
/// of them together. Calls the queue as the service that it runs for.
/// </summary>
internal sealed class JobRunner(
    string service, IReadOnlyList<JobCall> calls, IServiceProvider provider, JobOptions options, TimeProvider clock, ILogger log) : IServiceLoop
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        // A new id each time: the leases of an earlier life are never taken for this one's.
        var runs = new HeldRuns(Guid.NewGuid(), service, provider.GetRequiredService<IJobQueue>(), clock, log);
        var execution = new JobExecution(service, provider.GetRequiredService<IServiceScopeFactory>(), clock, log);
        JobLane[] lanes = [.. calls.Select(call => new JobLane(call, execution, runs, options, clock))];
        using var over = new CancellationTokenSource();
        var heartbeats = new Heartbeats(runs, [.. calls.Select(c => c.Type.Name)], health, clock, log).RunAsync(over.Token);
        var watch = new RunWatch(runs, lanes, clock).RunAsync(over.Token);
        var results = runs.SendResultsAsync(over.Token);
        try
        {
            await Task.WhenAll(lanes.Select(lane => ClaimAsync(lane, runs, ct)));
        }
        finally
        {
            foreach (var lane in lanes) lane.GiveBack();
            await runs.FinishAsync(options.StopGrace, StopLimit);
            using (var limit = new CancellationTokenSource(StopLimit)) await runs.LeaveAsync(limit.Token);
            await over.CancelAsync();
            await Task.WhenAll(heartbeats, watch, results);
        }
    }

    private async Task ClaimAsync(JobLane lane, HeldRuns runs, CancellationToken ct)
    {
        var failures = 0;
        try
        {
            await runs.Known.Task.WaitAsync(ct);
            while (true)
            {
                await runs.RoomAsync(ct);
                var free = await lane.RoomAsync(ct);
                try
                {
                    var request = new ClaimRequest { WorkerId = runs.WorkerId, Types = [new ClaimType(lane.Type, free)], Wait = options.LongPoll.TotalSeconds };
                    var answer = await runs.Queue.ClaimAsync(service, request, ct);
                    runs.Lease = TimeSpan.FromSeconds(answer.LeaseSeconds);
                    lane.Add(answer.Jobs);
                    failures = 0;
                }
                catch (Exception e) when (!ct.IsCancellationRequested)
                {
                    // At first the process may only be starting; the queue may be away for a while later on.
                    if (++failures is 5 or 50) log.LogWarning(e, "{Service}: jobs of type {Type} cannot be claimed", service, lane.Type);
                    var pause = TimeSpan.FromMilliseconds(Math.Min(LongestPause.TotalMilliseconds, 20 * Math.Pow(2, failures)) * (0.5 + Random.Shared.NextDouble() / 2));
                    await Task.Delay(pause, clock, ct);
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // No more claims; the runs are waited for together.
        }
    }
}
