using System.Diagnostics;

namespace Tideline.Platform.Events;

/// <summary>A span for each event that is handed to the transport, between the one that recorded it and the one that handles it.</summary>
internal sealed class PublishSpans : IDisposable
{
    private readonly List<Activity> _spans = [];

    /// <summary>Starts them.</summary>
    /// <returns>The events, which name their span as their parent from now on.</returns>
    public IReadOnlyList<EventEnvelope> Start(IReadOnlyList<EventEnvelope> events) =>
        BusTelemetry.Source.HasListeners() ? [.. events.Select(Traced)] : events;

    public void Dispose()
    {
        for (var i = _spans.Count - 1; i >= 0; i--) _spans[i].Dispose();
    }

    private EventEnvelope Traced(EventEnvelope envelope)
    {
        if (envelope.Traceparent is null) return envelope;
        var current = Activity.Current;
        var span = BusTelemetry.Start("tideline.bus publish " + envelope.Type, ActivityKind.Producer, envelope);
        Activity.Current = current;
        if (span is null) return envelope;
        _spans.Add(span);
        return envelope with { Traceparent = span.Id };
    }
}
