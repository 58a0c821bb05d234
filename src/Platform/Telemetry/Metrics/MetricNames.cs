using System.Diagnostics.Metrics;
using System.Text;

namespace Tideline.Platform.Telemetry.Metrics;

/// <summary>Names of instruments in Prometheus' manner: snake case, base units spelled out, <c>_total</c> on counters.</summary>
internal static class MetricNames
{
    public static string Of(Instrument instrument, MetricKind kind)
    {
        var name = new StringBuilder(instrument.Name.Length + 16);
        foreach (var c in instrument.Name)
        {
            var clean = Clean(c);
            if (clean != '_' || (name.Length > 0 && name[^1] != '_')) name.Append(clean);
        }
        if (name.Length > 0 && char.IsAsciiDigit(name[0])) name.Insert(0, '_');
        while (name.Length > 0 && name[^1] == '_') name.Length--;
        if (name.Length == 0) name.Append("unnamed");
        // These endings belong to the series of histograms; elsewhere promtool objects.
        if (kind != MetricKind.Histogram) Replace(name, "_count", "_current");
        if (kind != MetricKind.Histogram) Replace(name, "_sum", "_overall");
        if (kind != MetricKind.Histogram) Replace(name, "_bucket", "_buckets");
        if (kind == MetricKind.Counter) Replace(name, "_current", "");
        if (kind == MetricKind.Counter) Replace(name, "_total", "");
        AppendUnit(name, instrument.Unit, kind);
        if (kind == MetricKind.Counter) name.Append("_total");
        return name.ToString();
    }

    public static char Clean(char c) => char.IsAsciiLetterOrDigit(c) ? c : '_';

    /// <summary>Factor from the instrument's unit to the base unit.</summary>
    public static double Scale(string? unit) => unit switch
    {
        "ms" => 1e-3,
        "us" => 1e-6,
        "ns" => 1e-9,
        "KiBy" => 1024,
        "MiBy" => 1024 * 1024,
        "min" => 60,
        "%" => 0.01,
        _ => 1,
    };

    private static void AppendUnit(StringBuilder name, string? unit, MetricKind kind)
    {
        var suffix = unit switch
        {
            "s" or "ms" or "us" or "ns" or "min" => "_seconds",
            "By" or "KiBy" or "MiBy" => "_bytes",
            "%" => "_ratio",
            "1" when kind == MetricKind.Gauge => "_ratio",
            "Cel" => "_celsius",
            _ => "", // annotations such as {request} say what is counted, not in what
        };
        if (suffix.Length > 0 && !EndsWith(name, suffix)) name.Append(suffix);
    }

    private static void Replace(StringBuilder name, string ending, string by)
    {
        if (name.Length <= ending.Length || !EndsWith(name, ending)) return;
        name.Length -= ending.Length;
        name.Append(by);
    }

    private static bool EndsWith(StringBuilder name, string ending) =>
        name.Length >= ending.Length && name.ToString(name.Length - ending.Length, ending.Length) == ending;
}
