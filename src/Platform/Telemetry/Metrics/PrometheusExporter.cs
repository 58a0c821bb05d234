using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Tideline.Platform.Telemetry.Metrics;

/// <summary>Listens to the meters of the process and writes what they measured in Prometheus' text format 0.0.4.</summary>
internal sealed class PrometheusExporter : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly StringBuilder _text = new();
    private readonly Lock _scraping = new();
    private readonly int _maxSeries;
    private readonly IMeterFactory _meters;
    private readonly ILogger _log;
    private long _scrape;

    /// <param name="maxSeries">Series of one metric.</param>
    /// <param name="meters">The host's own factory: meters of other hosts in the same process are not ours.</param>
    /// <param name="log">Told of instruments that cannot be shown.</param>
    public PrometheusExporter(int maxSeries, IMeterFactory meters, ILogger<PrometheusExporter> log)
    {
        (_maxSeries, _meters, _log) = (maxSeries, meters, log);
        _listener.InstrumentPublished = Subscribe;
        _listener.SetMeasurementEventCallback<byte>((instrument, value, tags, family) => Record(instrument, value, tags, family));
        _listener.SetMeasurementEventCallback<short>((instrument, value, tags, family) => Record(instrument, value, tags, family));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, family) => Record(instrument, value, tags, family));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, family) => Record(instrument, value, tags, family));
        _listener.SetMeasurementEventCallback<float>((instrument, value, tags, family) => Record(instrument, value, tags, family));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, family) => Record(instrument, value, tags, family));
        _listener.SetMeasurementEventCallback<decimal>((instrument, value, tags, family) => Record(instrument, (double)value, tags, family));
        _listener.Start();
    }

    /// <summary>Asks the observable instruments and writes everything.</summary>
    public string Render()
    {
        lock (_scraping)
        {
            _scrape++;
            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException e)
            {
                // One broken callback does not take the other metrics along.
                _log.LogWarning(e, "Some metrics could not be observed");
            }
            _text.Clear();
            foreach (var family in _families.Values.OrderBy(f => f.Name, StringComparer.Ordinal))
            {
                family.ForgetBefore(_scrape);
                family.WriteTo(_text);
            }
            return _text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Subscribe(Instrument instrument, MeterListener listener)
    {
        if (!TelemetrySources.IsMeterWanted(instrument.Meter.Name) || KindOf(instrument) is not { } kind) return;
        if (instrument.Meter.Scope is IMeterFactory scope && !ReferenceEquals(scope, _meters)) return;
        var created = MetricFamily.Create(instrument, kind, _maxSeries);
        // Instruments of one name are one metric: a meter may be made more than once in a process.
        var family = _families.GetOrAdd(created.Name, created);
        if (family.Kind == kind) listener.EnableMeasurementEvents(instrument, family);
        else _log.LogWarning("Metric {Metric} of {Meter} is left out: another instrument of that name is a {Kind}", created.Name, instrument.Meter.Name, family.Kind);
    }

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        var family = (MetricFamily)state!;
        if (instrument.IsObservable) family.Observe(value, tags, _scrape);
        else family.Record(value, tags, isDelta: !IsGauge(instrument));
    }

    private static bool IsGauge(Instrument instrument) =>
        instrument is Gauge<long> or Gauge<double> or Gauge<int> or Gauge<float> or Gauge<decimal> or Gauge<short> or Gauge<byte>;

    private static MetricKind? KindOf(Instrument instrument)
    {
        var type = instrument.GetType();
        if (!type.IsGenericType) return null;
        var definition = type.GetGenericTypeDefinition();
        if (definition == typeof(Histogram<>)) return MetricKind.Histogram;
        if (definition == typeof(Counter<>) || definition == typeof(ObservableCounter<>)) return MetricKind.Counter;
        return definition == typeof(Gauge<>) || definition == typeof(ObservableGauge<>) || definition == typeof(UpDownCounter<>)
            || definition == typeof(ObservableUpDownCounter<>)
            ? MetricKind.Gauge
            : null;
    }
}
