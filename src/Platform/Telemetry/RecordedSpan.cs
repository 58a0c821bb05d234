namespace Tideline.Platform.Telemetry;

/// <summary>One step of a trace, as it was.</summary>
/// <param name="TraceId">32 hexadecimal digits; the same in every process that the trace touched.</param>
/// <param name="SpanId">16 hexadecimal digits.</param>
/// <param name="ParentSpanId">The step within which this one happened; absent at the beginning of a trace.</param>
/// <param name="Source">Which building block recorded it.</param>
/// <param name="Name">What was done.</param>
/// <param name="Kind">server, client, producer, consumer or internal.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="DurationMs">How long it took.</param>
/// <param name="Status">ok, error or unset.</param>
/// <param name="Tags">Details, without secrets.</param>
public sealed record RecordedSpan(
    string TraceId,
    string SpanId,
    string? ParentSpanId,
    string Source,
    string Name,
    string Kind,
    DateTimeOffset StartedAt,
    double DurationMs,
    string Status,
    IReadOnlyDictionary<string, string> Tags);
