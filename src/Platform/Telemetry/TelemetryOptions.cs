using System.ComponentModel.DataAnnotations;

namespace Tideline.Platform.Telemetry;

/// <summary>
/// Section <c>Telemetry</c> of the configuration. Where to export to is said in OpenTelemetry's own way:
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, <c>OTEL_EXPORTER_OTLP_HEADERS</c>, <c>OTEL_RESOURCE_ATTRIBUTES</c> and so on.
/// </summary>
public sealed class TelemetryOptions
{
    /// <summary>Share of new traces that are exported. Requests that come with a sampling decision keep it.</summary>
    [Range(0.0, 1.0)]
    public double SampleRatio { get; set; } = 1;

    /// <summary>Spans kept in memory for the system page; 0 keeps none.</summary>
    [Range(0, 100_000)]
    public int RecentSpans { get; set; } = 2_000;

    /// <summary>Series of one metric before the rest are counted together.</summary>
    [Range(1, 100_000)]
    public int SeriesPerMetric { get; set; } = 2_000;

    /// <summary>Whether each request writes a line.</summary>
    public bool AccessLog { get; set; } = true;

    /// <summary>When set, <c>/metrics</c> asks for it (basic authentication, any user name).</summary>
    public string? MetricsPassword { get; set; }
}
