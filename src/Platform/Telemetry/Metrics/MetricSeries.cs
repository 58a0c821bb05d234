using System.Globalization;
using System.Text;

namespace Tideline.Platform.Telemetry.Metrics;

internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>One line of a metric, or with buckets one histogram: what was measured under one set of labels.</summary>
internal sealed class MetricSeries(string labels, double[]? bounds)
{
    private readonly Lock _lock = new();
    private readonly long[]? _buckets = bounds is null ? null : new long[bounds.Length + 1];
    private double _value;
    private long _count;

    /// <summary>The scrape that saw it last; for series of observable instruments only.</summary>
    public long SeenAt { get; private set; } = long.MaxValue;

    public void Set(double value, long scrape)
    {
        lock (_lock) (_value, SeenAt) = (value, scrape);
    }

    public void Set(double value)
    {
        lock (_lock) _value = value;
    }

    public void Add(double value)
    {
        lock (_lock) _value += value;
    }

    public void Observe(double value)
    {
        var bucket = 0;
        while (bucket < bounds!.Length && value > bounds[bucket]) bucket++;
        lock (_lock)
        {
            _buckets![bucket]++;
            _count++;
            _value += value;
        }
    }

    public void WriteTo(StringBuilder text, string name)
    {
        lock (_lock)
        {
            if (_buckets is null)
            {
                Line(text, name, "", labels, null).Append(Number(_value)).Append('\n');
                return;
            }
            var cumulated = 0L;
            for (var i = 0; i < bounds!.Length; i++)
                Line(text, name, "_bucket", labels, Number(bounds[i])).Append(cumulated += _buckets[i]).Append('\n');
            Line(text, name, "_bucket", labels, "+Inf").Append(_count).Append('\n');
            Line(text, name, "_sum", labels, null).Append(Number(_value)).Append('\n');
            Line(text, name, "_count", labels, null).Append(_count).Append('\n');
        }
    }

    private static StringBuilder Line(StringBuilder text, string name, string suffix, string labels, string? upTo)
    {
        text.Append(name).Append(suffix);
        if (labels.Length == 0 && upTo is null) return text.Append(' ');
        text.Append('{').Append(labels);
        if (upTo is not null)
        {
            if (labels.Length > 0) text.Append(',');
            text.Append("le=\"").Append(upTo).Append('"');
        }
        return text.Append("} ");
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
