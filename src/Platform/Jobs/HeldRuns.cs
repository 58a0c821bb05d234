using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tideline.Contracts.Worker;

namespace Tideline.Platform.Jobs;

/// <summary>The runs that a runner holds, from the claim until the queue has taken down their result.</summary>
internal sealed class HeldRuns(Guid workerId, string service, IJobQueue queue, TimeProvider clock, ILogger log)
{
    private const int MaxResults = 500;

    // When jobs come one by one, a moment's wait lets a few results share a transaction. Nobody waits for a result: the place is free already.
    private const int FewResults = 8;
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20), ShortTick = TimeSpan.FromMilliseconds(1);

    private readonly ConcurrentDictionary<Guid, RunningJob> _runs = new();
    private readonly Channel<(RunningJob Run, RunResult Result)> _results =
        Channel.CreateUnbounded<(RunningJob, RunResult)>(new UnboundedChannelOptions { SingleReader = true });

    // A channel with a single reader cannot count.
    private int _unsent;

    public Guid WorkerId => workerId;

    public string Service => service;

    public IJobQueue Queue => queue;

    /// <summary>Length of a lease, as the queue said with the last claim.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Done when the queue knows the runner; before, it gives it nothing.</summary>
    public TaskCompletionSource Known { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IEnumerable<RunningJob> All => _runs.Select(r => r.Value);

    public bool IsEmpty => _runs.IsEmpty;

    public RunningJob? Find(Guid id) => _runs.GetValueOrDefault(id);

    /// <summary>Waits while more results are on the way than the queue takes in a few batches: who cannot report must not take more.</summary>
    public async Task RoomAsync(CancellationToken ct)
    {
        while (Volatile.Read(ref _unsent) > 2 * MaxResults) await Task.Delay(ShortTick, clock, ct);
    }

    /// <summary>A job is held from now on.</summary>
    public RunningJob Add(ClaimedJob job, int timeoutSeconds)
    {
        var run = new RunningJob(job, LeaseFrom(clock.GetTimestamp()), timeoutSeconds);
        // The queue gives a job that still runs here only when its lease had run out meanwhile.
        while (!_runs.TryAdd(job.Id, run))
            if (_runs.TryRemove(job.Id, out var earlier)) earlier.Stop(StopReason.Lost);
        return run;
    }

    /// <summary>End of a lease that was renewed at a moment.</summary>
    public long LeaseFrom(long timestamp) => timestamp + (long)(Lease.TotalSeconds * clock.TimestampFrequency);

    /// <summary>A run ended; its result goes out with the next batch, and its lease is renewed until then.</summary>
    public void End(RunningJob run, RunResult result)
    {
        run.Ended = true;
        if (run.Reason == StopReason.Lost)
        {
            log.LogWarning("The result of {Type} {Id} is not reported: its lease was lost", run.Job.Type, run.Job.Id);
            Forget(run);
            return;
        }
        Interlocked.Increment(ref _unsent);
        _results.Writer.TryWrite((run, result));
    }

    /// <summary>Sends results: one batch at a time, so that what ends meanwhile makes the next one.</summary>
    public async Task SendResultsAsync(CancellationToken ct)
    {
        var batch = new List<(RunningJob Run, RunResult Result)>();
        try
        {
            while (await _results.Reader.WaitToReadAsync(ct))
            {
                while (batch.Count < MaxResults && _results.Reader.TryRead(out var next)) batch.Add(next);
                if (batch.Count < FewResults)
                {
                    await Task.Delay(Linger, clock, ct);
                    while (batch.Count < MaxResults && _results.Reader.TryRead(out var next)) batch.Add(next);
                }
                Interlocked.Add(ref _unsent, -batch.Count);
                await SendAsync(batch, ct);
                batch.Clear();
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The runner stops; what is not reported comes back when its lease has run out.
        }
    }

    /// <summary>Waits for the runs, then tells those that go on to stop, then waits for the results to be out.</summary>
    public async Task FinishAsync(TimeSpan grace, TimeSpan afterStop)
    {
        await WaitAsync(() => All.All(r => r.Ended), grace);
        foreach (var run in All) run.Stop(StopReason.Stopping);
        await WaitAsync(() => _runs.IsEmpty, afterStop);
    }

    /// <summary>Gives back whatever the queue thinks that this runner holds: runs that would not stop, and claims whose answer got lost.</summary>
    public async Task LeaveAsync(CancellationToken ct)
    {
        try
        {
            await queue.LeaveAsync(service, new LeaveRequest { WorkerId = workerId }, ct);
        }
#pragma warning disable CA1031 // The leases end by themselves; stopping must not fail for this.
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.LogInformation("The queue was not told of the stop: {Reason}", e.Message);
        }
    }

    private async Task SendAsync(List<(RunningJob Run, RunResult Result)> batch, CancellationToken ct)
    {
        for (var failures = 0; batch.Count > 0;)
        {
            try
            {
                var answer = await queue.CompleteAsync(service, new CompleteRequest { WorkerId = workerId, Results = batch.ConvertAll(b => b.Result) }, ct);
                // After a failure the refused ones may have been taken the first time, with the answer lost.
                if (failures == 0 && answer.Refused.Count > 0) log.LogWarning("The results of {Count} jobs were refused: their leases were lost. The first is {Id}", answer.Refused.Count, answer.Refused[0]);
                foreach (var (run, _) in batch) Forget(run);
                return;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                if (++failures is 3 or 30) log.LogWarning(e, "Results of {Count} jobs cannot be reported", batch.Count);
                foreach (var (run, _) in batch.Where(b => b.Run.Reason == StopReason.Lost)) Forget(run);
                batch.RemoveAll(b => b.Run.Reason == StopReason.Lost);
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(2000, 50 * Math.Pow(2, failures))), clock, ct);
            }
        }
    }

    private void Forget(RunningJob run) => _runs.TryRemove(new KeyValuePair<Guid, RunningJob>(run.Job.Id, run));

    private async Task WaitAsync(Func<bool> done, TimeSpan atMost)
    {
        for (var began = clock.GetTimestamp(); !done() && clock.GetElapsedTime(began) < atMost;) await Task.Delay(Tick, clock);
    }
}
