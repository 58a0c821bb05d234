using System.Collections.Concurrent;
using Tideline.Contracts.Worker;
using Tideline.Platform.Data;
using Tideline.Platform.Realtime;
using Tideline.Worker.Claims;

namespace Tideline.Worker.Jobs;

/// <summary>
/// Takes jobs from callers who want an answer at once. Those that come while a transaction is on its way share the next one, so many callers
/// pay for one commit; each hears of its own jobs only when they are durable.
/// </summary>
internal sealed class EnqueueJobs(ServiceDatabase<WorkerDb> database, ReadyWaiters waiters, DueSignal due, ILiveUpdates live)
{
    /// <summary>So many share a transaction; a larger request has one of its own.</summary>
    private const int MostAtOnce = 2000;

    private readonly ConcurrentQueue<Waiting> _waiting = new();
    private int _isWriting;

    /// <summary>Puts jobs into the queue.</summary>
    /// <returns>Those left out because a job with their unique key waits or runs.</returns>
    public Task<IReadOnlyList<Guid>> AddAsync(IReadOnlyList<NewJob> jobs)
    {
        if (jobs.Count == 0) return Task.FromResult<IReadOnlyList<Guid>>([]);
        var waiting = new Waiting(jobs);
        _waiting.Enqueue(waiting);
        if (Interlocked.CompareExchange(ref _isWriting, 1, 0) == 0) _ = Task.Run(WriteAllAsync);
        return waiting.Answer.Task;
    }

    private async Task WriteAllAsync()
    {
        do
        {
            while (TakeSome() is { Count: > 0 } some) await WriteAsync(some);
            Volatile.Write(ref _isWriting, 0);
            // Somebody may have come between the last look and the line above, and gone without starting a writer.
        } while (!_waiting.IsEmpty && Interlocked.CompareExchange(ref _isWriting, 1, 0) == 0);
    }

    private List<Waiting> TakeSome()
    {
        var (some, jobs) = (new List<Waiting>(), 0);
        while (_waiting.TryPeek(out var next) && (some.Count == 0 || jobs + next.Jobs.Count <= MostAtOnce) && _waiting.TryDequeue(out next))
        {
            some.Add(next);
            jobs += next.Jobs.Count;
        }
        return some;
    }

    private async Task WriteAsync(List<Waiting> some)
    {
        try
        {
            var jobs = some.Count == 1 ? some[0].Jobs : [.. some.SelectMany(w => w.Jobs)];
            var keyed = await InsertAsync(jobs);
            foreach (var waiting in some) waiting.Answer.TrySetResult([.. waiting.Jobs.Where(j => j.UniqueKey is not null && !keyed.Contains(j.Id)).Select(j => j.Id)]);
        }
#pragma warning disable CA1031 // Whatever it is, it goes to who asked.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (some.Count == 1) some[0].Answer.TrySetException(e);
            // One request that cannot be stored must not fail the others.
            else foreach (var waiting in some) await WriteAsync([waiting]);
        }
    }

    private async Task<HashSet<Guid>> InsertAsync(IReadOnlyList<NewJob> jobs)
    {
        Added added;
        await using (var batch = database.CreateEngineBatch().Add(JobRows.Sql, JobRows.Parameters(jobs)))
        await using (var reader = await batch.ExecuteReaderAsync(CancellationToken.None))
        {
            added = await JobRows.ReadAsync(reader, CancellationToken.None);
            // Errors of the commit come with the end of the batch.
            while (await reader.NextResultAsync()) { }
        }
        foreach (var type in added.Ready) waiters.Raise(type);
        if (added.IsScheduled) due.Raise();
        foreach (var tenant in jobs.Select(j => j.TenantId ?? Guid.Empty).Distinct()) live.Changed(tenant, "jobs");
        return added.Keyed;
    }

    private sealed record Waiting(IReadOnlyList<NewJob> Jobs)
    {
        public TaskCompletionSource<IReadOnlyList<Guid>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
