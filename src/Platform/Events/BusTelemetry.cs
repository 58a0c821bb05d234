using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Tideline.Platform.Events;

/// <summary>Traces and metrics of the bus, under the name <c>Tideline.Events</c>.</summary>
internal static class BusTelemetry
{
    public const string Name = "Tideline.Events";

    public static readonly ActivitySource Source = new(Name);
    public static readonly Meter Meter = new(Name);

    public static readonly Counter<long> Published = Meter.CreateCounter<long>("tideline_bus_published", "{event}", "Events handed to the transport.");
    public static readonly Counter<long> Handled = Meter.CreateCounter<long>("tideline_bus_handled", "{delivery}", "Deliveries handled.");
    public static readonly Counter<long> Failed = Meter.CreateCounter<long>("tideline_bus_failed", "{delivery}", "Attempts that failed.");
    public static readonly Counter<long> DeadLetters = Meter.CreateCounter<long>("tideline_bus_dead_letters", "{event}", "Events given up.");

    public static readonly Histogram<double> Latency = Meter.CreateHistogram<double>(
        "tideline_bus_latency", "s", "From the recording of an event to its handling.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.001, .002, .005, .01, .02, .05, .1, .25, .5, 1, 2.5, 5, 10, 60, 600] });

    /// <summary>Starts a span whose parent is the event's; null when nobody listens.</summary>
    public static Activity? Start(string name, ActivityKind kind, EventEnvelope envelope)
    {
        if (!Source.HasListeners()) return null;
        var known = ActivityContext.TryParse(envelope.Traceparent, null, isRemote: true, out var parent);
        var activity = Source.StartActivity(name, kind, known ? parent : default);
        return activity?
            .SetTag("messaging.system", "tideline")
            .SetTag("messaging.message.id", envelope.Id)
            .SetTag("messaging.destination.name", envelope.Type)
            .SetTag("tideline.tenant", envelope.TenantId);
    }
}
