using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tideline.Contracts.Worker;
using Tideline.Platform.Clients;
using Tideline.Platform.Security;

namespace Tideline.Platform.Jobs;

/// <summary>Runs handlers: each in a scope of its own, for the job's tenant, in the trace in which the job was asked for.</summary>
internal sealed class JobExecution(string service, HeldRuns runs, IServiceScopeFactory scopes, TimeProvider clock, ILogger log)
{
    /// <summary>Starts a run.</summary>
    /// <param name="call">The handler.</param>
    /// <param name="job">The job.</param>
    /// <param name="ended">Called when the handler has returned.</param>
    public void Start(JobCall call, ClaimedJob job, Action ended)
    {
        var run = runs.Add(job);
        _ = Task.Run(async () =>
        {
            try
            {
                runs.End(run, await RunAsync(call, run));
            }
            finally
            {
                ended();
            }
        });
    }

    private async Task<RunResult> RunAsync(JobCall call, RunningJob run)
    {
        var job = run.Job;
        ServiceFlow.Enter(service, job.TenantId);
        using var activity = JobTelemetry.Start(job);
        using var timeout = clock.CreateTimer(_ => run.Stop(StopReason.TimedOut), null, TimeSpan.FromSeconds(call.Type.TimeoutSeconds), Timeout.InfiniteTimeSpan);
        var began = clock.GetTimestamp();
        var result = await OutcomeAsync(call, run, activity);
        JobTelemetry.Ended(job.Type, result.Outcome.ToString().ToLowerInvariant(), clock.GetElapsedTime(began));
        var (progress, text, lines) = run.TakeNews();
        return result with { Progress = progress, ProgressText = text, Log = lines };
    }

    private async Task<RunResult> OutcomeAsync(JobCall call, RunningJob run, Activity? activity)
    {
        var job = run.Job;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var caller = scope.ServiceProvider.GetRequiredService<Caller>();
            if (job.TenantId is { } tenant) caller.UseTenant(tenant);
            else caller.UseSystem();
            var jobRun = new JobRun(job.Id, job.Attempt, job.MaxAttempts, run.Report, line => run.Log(clock.GetUtcNow(), line));
            await call.RunAsync(scope.ServiceProvider, job.Payload, jobRun, run.Token);
            return Result(RunOutcome.Completed);
        }
        catch (JobSnoozed snoozed)
        {
            return Result(RunOutcome.Snoozed) with { DelaySeconds = Math.Max(0, snoozed.Delay.TotalSeconds) };
        }
        catch (JobFailed failed)
        {
            activity?.SetStatus(ActivityStatusCode.Error, nameof(JobFailed));
            return Result(RunOutcome.Failed) with { Error = failed.Message };
        }
#pragma warning disable CA1031 // A handler may fail in any way; its failure belongs to the job.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // A cancelled token surfaces as whatever the interrupted library makes of it.
            switch (run.Reason)
            {
                case StopReason.Cancelled: return Result(RunOutcome.Cancelled);
                case StopReason.Stopping: return Result(RunOutcome.Returned);
            }
            activity?.SetTag("error.type", e.GetType().FullName).SetStatus(ActivityStatusCode.Error, e.GetType().Name);
            if (run.Reason != StopReason.Lost) log.LogWarning(e, "{Type} {Id} failed in attempt {Attempt} of {MaxAttempts}", job.Type, job.Id, job.Attempt, job.MaxAttempts);
            var error = run.Reason == StopReason.TimedOut ? $"Not done within {call.Type.TimeoutSeconds} s." : $"{e.GetType().Name}: {e.Message}";
            return Result(RunOutcome.Retry) with { Error = error };
        }

        RunResult Result(RunOutcome outcome) => new() { Id = job.Id, Attempt = job.Attempt, Outcome = outcome };
    }
}
