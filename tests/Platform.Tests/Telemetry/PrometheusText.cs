using System.Globalization;
using System.Text.RegularExpressions;

namespace Tideline.Platform.Tests.Telemetry;

/// <summary>A reader of Prometheus' text format 0.0.4 that forgives nothing.</summary>
internal sealed partial class PrometheusText
{
    private readonly Dictionary<string, string> _types = [];
    private readonly Dictionary<string, double> _samples = [];

    /// <summary>Type of each metric.</summary>
    public IReadOnlyDictionary<string, string> Types => _types;

    /// <summary>Values by series, written <c>name{a="b",c="d"}</c> with sorted labels.</summary>
    public IReadOnlyDictionary<string, double> Samples => _samples;

    public static PrometheusText Parse(string text)
    {
        var parsed = new PrometheusText();
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\r", text, StringComparison.Ordinal);
        string? family = null;
        string? helped = null;
        foreach (var line in text[..^1].Split('\n'))
        {
            if (Help().Match(line) is { Success: true } help)
            {
                helped = help.Groups["name"].Value;
            }
            else if (Type().Match(line) is { Success: true } type)
            {
                family = type.Groups["name"].Value;
                Assert.Equal(helped, family);
                Assert.True(parsed._types.TryAdd(family, type.Groups["type"].Value), $"{family} is there twice");
            }
            else
            {
                parsed.Sample(line, family ?? throw new FormatException($"No TYPE before: {line}"));
            }
        }
        parsed.CheckHistograms();
        return parsed;
    }

    private void Sample(string line, string family)
    {
        var match = SampleLine().Match(line);
        Assert.True(match.Success, $"Not a sample: {line}");
        var name = match.Groups["name"].Value;
        var suffix = name.StartsWith(family, StringComparison.Ordinal) ? name[family.Length..] : "?";
        Assert.True(_types[family] == "histogram" ? suffix is "_bucket" or "_sum" or "_count" : suffix.Length == 0, $"{name} within {family}");
        if (_types[family] == "counter") Assert.EndsWith("_total", family, StringComparison.Ordinal);
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (Match label in Label().Matches(match.Groups["labels"].Value))
            Assert.True(labels.TryAdd(label.Groups["name"].Value, label.Groups["value"].Value), $"A label twice: {line}");
        var key = labels.Count == 0 ? name : $"{name}{{{string.Join(',', labels.Select(l => $"{l.Key}=\"{l.Value}\""))}}}";
        var number = match.Groups["value"].Value switch { "+Inf" => double.PositiveInfinity, "-Inf" => double.NegativeInfinity, var n => double.Parse(n, CultureInfo.InvariantCulture) };
        Assert.True(_samples.TryAdd(key, number), $"A series twice: {key}");
    }

    private void CheckHistograms()
    {
        foreach (var (name, _) in _types.Where(t => t.Value == "histogram"))
        {
            var buckets = _samples.Where(s => s.Key.StartsWith(name + "_bucket{", StringComparison.Ordinal))
                .Select(s => (Series: Le().Replace(s.Key, ""), UpTo: Bound(s.Key), s.Value)).GroupBy(b => b.Series);
            foreach (var series in buckets)
            {
                var ordered = series.OrderBy(b => b.UpTo).ToList();
                Assert.Equal(double.PositiveInfinity, ordered[^1].UpTo);
                Assert.Equal(ordered.Select(b => b.Value).Order(), ordered.Select(b => b.Value));
                var count = series.Key.Replace("_bucket{", "_count{", StringComparison.Ordinal).Replace("{}", "", StringComparison.Ordinal);
                Assert.Equal(_samples[count], ordered[^1].Value);
            }
        }
    }

    private static double Bound(string series)
    {
        var le = Le().Match(series).Groups["le"].Value;
        return le == "+Inf" ? double.PositiveInfinity : double.Parse(le, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^# HELP (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?:[^\\]|\\[\\n])+$")]
    private static partial Regex Help();

    [GeneratedRegex("^# TYPE (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<type>counter|gauge|histogram)$")]
    private static partial Regex Type();

    [GeneratedRegex("""
        ^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?<labels>[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\[\\"n])*"(?:,[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\[\\"n])*")*)\})? (?<value>[+-]Inf|NaN|-?[0-9.]+(?:E[+-][0-9]+)?)$
        """)]
    private static partial Regex SampleLine();

    [GeneratedRegex("""(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>(?:[^"\\]|\\[\\"n])*)"(?:,|$)""")]
    private static partial Regex Label();

    [GeneratedRegex("""(?:,le="(?<le>[^"]+)")|(?:le="(?<le>[^"]+)",?)""")]
    private static partial Regex Le();
}
