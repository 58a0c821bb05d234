using System.Diagnostics;
using System.Diagnostics.Metrics;
using Tideline.Contracts.Worker;

namespace Tideline.Platform.Jobs;

/// <summary>Traces and metrics of job runs, under the name <c>Tideline.Jobs</c>.</summary>
internal static class JobTelemetry
{
    private const string Name = "Tideline.Jobs";
    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Runs = Meter.CreateCounter<long>("tideline_jobs_runs", "{run}", "Runs that ended, by type and outcome.");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "tideline_jobs_duration", "s", "Time that runs took.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.001, .005, .01, .05, .1, .5, 1, 5, 10, 60, 600, 3600] });

    private static readonly string[] Outcomes = [.. Enum.GetNames<RunOutcome>().Select(name => name.ToLowerInvariant())];

    /// <summary>A span in the trace in which the job was asked for; a new trace when there was none.</summary>
    public static Activity? Start(ClaimedJob job)
    {
        // The claim's own activity, if any, is no parent of the job.
        if (Activity.Current is not null) Activity.Current = null;
        if (!Source.HasListeners()) return null;
        ActivityContext.TryParse(job.Traceparent, null, isRemote: true, out var parent);
        return Source.StartActivity("tideline.jobs run " + job.Type, ActivityKind.Consumer, parent)?
            .SetTag("tideline.job.id", job.Id)
            .SetTag("tideline.job.type", job.Type)
            .SetTag("tideline.job.attempt", job.Attempt)
            .SetTag("tideline.tenant", job.TenantId);
    }

    public static void Ended(string type, RunOutcome outcome, TimeSpan took)
    {
        Runs.Add(1, new("type", type), new("outcome", Outcomes[(int)outcome]));
        Duration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("type", type));
    }
}
