using Tideline.Contracts;

namespace Tideline.Platform.Jobs;

/// <summary>Runs one type of job, next to the database of the service that handles it.</summary>
/// <remarks>
/// At least once: a process may die after the work and before its record. Work that must not happen twice is guarded by the
/// handler's own rows. Throw to be retried with backoff; <see cref="JobFailed"/> to give up at once.
/// </remarks>
public interface IRunJob<in TJob> where TJob : IJob
{
    /// <summary>Runs the job. The token is cancelled when the lease is lost or the process stops.</summary>
    Task RunAsync(TJob job, JobRun run, CancellationToken ct);
}

/// <summary>The job can never succeed; it goes to the dead letters without further attempts.</summary>
public sealed class JobFailed(string message) : Exception(message);

/// <summary>The job has nothing to do yet; it comes back after the delay, and no attempt is counted.</summary>
public sealed class JobSnoozed(TimeSpan delay) : Exception($"Snoozed for {delay}.")
{
    /// <summary>How long to wait.</summary>
    public TimeSpan Delay { get; } = delay;
}

/// <summary>One run of one job, as its handler sees it.</summary>
public sealed class JobRun
{
    private readonly RunningJob _run;
    private readonly TimeProvider _clock;

    internal JobRun(RunningJob run, TimeProvider clock)
    {
        (_run, _clock) = (run, clock);
        (Id, Attempt, MaxAttempts) = (run.Job.Id, run.Job.Attempt, run.Job.MaxAttempts);
    }

    /// <summary>The job.</summary>
    public Guid Id { get; }

    /// <summary>From 1. Also the fencing token: a result that carries an older attempt is refused.</summary>
    public int Attempt { get; }

    /// <summary>The attempt after which the job is dead.</summary>
    public int MaxAttempts { get; }

    /// <summary>Whether a failure of this run would be the job's last.</summary>
    public bool IsLastAttempt => Attempt >= MaxAttempts;

    /// <summary>Tells how far the work is, 0 to 100, and in words. Cheap: what is told within a second travels together.</summary>
    public Task ReportAsync(double percent, string? text, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        _run.Report(percent, text);
        return Task.CompletedTask;
    }

    /// <summary>Writes a line into the job's log, for the people who look at the job.</summary>
    public void Log(string line) => _run.Log(_clock.GetUtcNow(), line);
}
