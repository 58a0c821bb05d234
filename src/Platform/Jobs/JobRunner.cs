using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tideline.Contracts.Worker;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Jobs;

/// <summary>
/// Runs the jobs of one service in this process: a claim for each type, as many at a time as the type allows; heartbeats and results for all
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
        var runs = new HeldRuns(Guid.NewGuid(), provider.GetRequiredService<WorkerClient>(), clock, log);
        var execution = new JobExecution(service, runs, provider.GetRequiredService<IServiceScopeFactory>(), clock, log);
        using var over = new CancellationTokenSource();
        var heartbeats = new Heartbeats(runs, [.. calls.Select(c => c.Type.Name)], health, clock, log).RunAsync(over.Token);
        var results = runs.SendResultsAsync(over.Token);
        try
        {
            await Task.WhenAll(calls.Select(call => ClaimAsync(call, runs, execution, ct)));
        }
        finally
        {
            await runs.FinishAsync(options.StopGrace, StopLimit);
            using (var limit = new CancellationTokenSource(StopLimit)) await runs.LeaveAsync(limit.Token);
            await over.CancelAsync();
            await Task.WhenAll(heartbeats, results);
        }
    }

    private async Task ClaimAsync(JobCall call, HeldRuns runs, JobExecution execution, CancellationToken ct)
    {
        // Not disposed: runs that outlive the claims still release it.
        var slots = new SemaphoreSlim(call.Type.Concurrency);
        var failures = 0;
        try
        {
            await runs.Known.Task.WaitAsync(ct);
            while (true)
            {
                await runs.RoomAsync(ct);
                await slots.WaitAsync(ct);
                var free = 1;
                while (slots.Wait(0, CancellationToken.None)) free++;
                var started = 0;
                try
                {
                    var request = new ClaimRequest
                    {
                        WorkerId = runs.WorkerId,
                        Types = [new ClaimType(call.Type.Name, free)],
                        Wait = options.LongPoll.TotalSeconds,
                    };
                    var answer = await runs.Client.ClaimAsync(request, ct);
                    runs.Lease = TimeSpan.FromSeconds(answer.LeaseSeconds);
                    foreach (var job in answer.Jobs)
                    {
                        execution.Start(call, job, () => slots.Release());
                        started++;
                    }
                    failures = 0;
                }
                catch (Exception e) when (!ct.IsCancellationRequested)
                {
                    // At first the process may only be starting; the queue may be away for a while later on.
                    if (++failures is 5 or 50) log.LogWarning(e, "{Service}: jobs of type {Type} cannot be claimed", service, call.Type.Name);
                    var pause = TimeSpan.FromMilliseconds(Math.Min(LongestPause.TotalMilliseconds, 20 * Math.Pow(2, failures)) * (0.5 + Random.Shared.NextDouble() / 2));
                    await Task.Delay(pause, clock, ct);
                }
                finally
                {
                    if (free > started) slots.Release(free - started);
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // No more claims; the runs are waited for together.
        }
    }
}
