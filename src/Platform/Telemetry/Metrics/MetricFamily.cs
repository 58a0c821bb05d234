using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace Tideline.Platform.Telemetry.Metrics;

/// <summary>
/// A metric with all its series. Their number is bounded: what comes after is counted in one overflow series, so that a label with an
/// unforeseen number of values costs accuracy and not memory.
/// </summary>
internal sealed class MetricFamily(string name, MetricKind kind, string help, double[]? bounds, double scale, int maxSeries)
{
    private const string OverflowLabels = "otel_metric_overflow=\"true\"";

    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly MetricSeries _overflow = new(OverflowLabels, bounds);
    private readonly Lock _adding = new();
    private bool _overflowed;

    public string Name => name;

    public MetricKind Kind => kind;

    public static MetricFamily Create(Instrument instrument, MetricKind kind, int maxSeries)
    {
        var scale = MetricNames.Scale(instrument.Unit);
        var help = instrument.Description is { Length: > 0 } description ? description : instrument.Name;
        var bounds = kind == MetricKind.Histogram ? HistogramBounds.Of(instrument) : null;
        return new MetricFamily(
            MetricNames.Of(instrument, kind), kind, help, scale == 1 ? bounds : bounds?.Select(b => b * scale).ToArray(), scale, maxSeries);
    }

    /// <summary>Takes a change or an event: counters, up-down counters, histograms; or the newest value of a gauge.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, bool isDelta)
    {
        if (kind == MetricKind.Counter && !(value >= 0)) return; // a counter never falls; NaN would stay for ever
        if (kind == MetricKind.Histogram && !double.IsFinite(value)) return;
        var series = SeriesOf(tags);
        if (kind == MetricKind.Histogram) series.Observe(value * scale);
        else if (isDelta) series.Add(value * scale);
        else series.Set(value * scale);
    }

    /// <summary>Takes what an observable instrument says when it is asked.</summary>
    public void Observe(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, long scrape) => SeriesOf(tags).Set(value * scale, scrape);

    /// <summary>Drops observed series that were not seen in this scrape: a queue that is gone has no length.</summary>
    public void ForgetBefore(long scrape)
    {
        foreach (var (labels, series) in _series)
            if (series.SeenAt < scrape) _series.TryRemove(new KeyValuePair<string, MetricSeries>(labels, series));
        if (_overflow.SeenAt < scrape) _overflowed = false;
    }

    public void WriteTo(StringBuilder text)
    {
        if (_series.IsEmpty && !_overflowed) return;
        text.Append("# HELP ").Append(name).Append(' ').Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal))
            .Append("\n# TYPE ").Append(name).Append(' ').Append(kind switch { MetricKind.Counter => "counter", MetricKind.Gauge => "gauge", _ => "histogram" })
            .Append('\n');
        foreach (var (_, series) in _series) series.WriteTo(text, name);
        if (_overflowed) _overflow.WriteTo(text, name);
    }

    private MetricSeries SeriesOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new MetricLabels(stackalloc char[512]);
        try
        {
            labels.Write(tags);
            return _series.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(labels.Text, out var known) ? known : Add(labels.Text.ToString());
        }
        finally
        {
            labels.Dispose();
        }
    }

    private MetricSeries Add(string labels)
    {
        lock (_adding)
        {
            if (_series.TryGetValue(labels, out var known)) return known;
            if (_series.Count < maxSeries) return _series[labels] = new MetricSeries(labels, bounds);
            _overflowed = true;
            return _overflow;
        }
    }
}
