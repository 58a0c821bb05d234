using System.Diagnostics;
using System.Diagnostics.Metrics;
using Tideline.Contracts;

namespace Tideline.Scheduler;

/// <summary>Traces and metrics of what falls due, under the name <c>Tideline.Schedules</c>.</summary>
internal static class SchedulerTelemetry
{
    private const string Name = "Tideline.Schedules";
    // Other processes take in requests, too; their signals do not reach this one.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ShortestSleep = TimeSpan.FromMilliseconds(5);

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Fires = Meter.CreateCounter<long>("tideline_schedules_fired", "{fire}", "Tasks and schedules fired.");
    private static readonly Histogram<double> Lateness = Meter.CreateHistogram<double>(
        "tideline_schedules_lateness", "s", "From the time asked for to the firing.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.005, .01, .025, .05, .1, .25, .5, 1, 5, 60, 3600] });

    public static void Fired(string kind, double lateness)
    {
        Fires.Add(1, new KeyValuePair<string, object?>("kind", kind));
        Lateness.Record(Math.Max(0, lateness), new KeyValuePair<string, object?>("kind", kind));
    }

    /// <summary>How long to sleep when the next one is due in so many seconds. What is past due and still there, another process is just firing.</summary>
    public static TimeSpan Pause(double? seconds) =>
        TimeSpan.FromSeconds(Math.Clamp(seconds ?? double.MaxValue, ShortestSleep.TotalSeconds, LongestSleep.TotalSeconds));

    /// <summary>Hands out events one by one, each while a span in the trace of its request is current: the outbox takes the trace from there.</summary>
    public static IEnumerable<IEvent> InTheirTraces<TEvent>(this IEnumerable<(TEvent Event, string? Traceparent)> events, string name) where TEvent : IEvent
    {
        foreach (var (happened, traceparent) in events)
        {
            ActivityContext.TryParse(traceparent, null, isRemote: true, out var parent);
            using var span = Source.StartActivity(name, ActivityKind.Producer, parent);
            // Without a listener, too, the trace goes on.
            using var bare = span is null && traceparent is not null ? new Activity(name).SetParentId(traceparent).Start() : null;
            yield return happened;
        }
    }
}
