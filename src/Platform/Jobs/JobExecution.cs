using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tideline.Contracts.Worker;
using Tideline.Platform.Clients;
using Tideline.Platform.Security;

namespace Tideline.Platform.Jobs;

/// <summary>Runs handlers: each in a scope of its own, for the job's tenant, in the trace in which the job was asked for.</summary>
internal sealed class JobExecution(string service, IServiceScopeFactory scopes, TimeProvider clock, ILogger log)
{
    /// <summary>Runs a job; whatever its handler does, there is a result.</summary>
    public async Task<RunResult> RunAsync(JobCall call, RunningJob run)
    {
        ServiceFlow.Enter(service, run.Job.TenantId);
        using var activity = JobTelemetry.Start(run.Job);
        run.Begin(clock);
        var began = clock.GetTimestamp();
        var result = await OutcomeAsync(call, run, activity);
        JobTelemetry.Ended(run.Job.Type, result.Outcome, clock.GetElapsedTime(began));
        if (!run.HasNews) return result;
        var (progress, text, lines) = run.TakeNews();
        return result with { Progress = progress, ProgressText = text, Log = lines };
    }

    /// <summary>A result without more to tell.</summary>
    public static RunResult Result(RunningJob run, RunOutcome outcome) =>
        new() { TenantId = run.Job.TenantId, Id = run.Job.Id, Attempt = run.Job.Attempt, Outcome = outcome };

    private async Task<RunResult> OutcomeAsync(JobCall call, RunningJob run, Activity? activity)
    {
        var job = run.Job;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var caller = scope.ServiceProvider.GetRequiredService<Caller>();
            if (job.TenantId is { } tenant) caller.UseTenant(tenant);
            else caller.UseSystem();
            await call.RunAsync(scope.ServiceProvider, job.Payload, new JobRun(run, clock), run.Token);
            return Result(run, RunOutcome.Completed);
        }
        catch (JobSnoozed snoozed)
        {
            return Result(run, RunOutcome.Snoozed) with { DelaySeconds = Math.Max(0, snoozed.Delay.TotalSeconds) };
        }
        catch (JobFailed failed)
        {
            activity?.SetStatus(ActivityStatusCode.Error, nameof(JobFailed));
            return Result(run, RunOutcome.Failed) with { Error = failed.Message };
        }
#pragma warning disable CA1031 // A handler may fail in any way; its failure belongs to the job.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // A cancelled token surfaces as whatever the interrupted library makes of it.
            switch (run.Reason)
            {
                case StopReason.Cancelled: return Result(run, RunOutcome.Cancelled);
                case StopReason.Stopping: return Result(run, RunOutcome.Returned);
            }
            activity?.SetTag("error.type", e.GetType().FullName).SetStatus(ActivityStatusCode.Error, e.GetType().Name);
            if (run.Reason != StopReason.Lost) log.LogWarning(e, "{Type} {Id} failed in attempt {Attempt} of {MaxAttempts}", job.Type, job.Id, job.Attempt, job.MaxAttempts);
            var error = run.Reason == StopReason.TimedOut ? $"Not done within {call.Type.TimeoutSeconds} s." : $"{e.GetType().Name}: {e.Message}";
            return Result(run, RunOutcome.Retry) with { Error = error };
        }
    }
}
