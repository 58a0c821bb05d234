using System.Diagnostics.Metrics;
using System.Numerics;

namespace Tideline.Platform.Telemetry.Metrics;

/// <summary>Upper bounds of a histogram's buckets: the instrument's own advice, or what suits its unit.</summary>
internal static class HistogramBounds
{
    private static readonly double[] Seconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
    private static readonly double[] Amounts = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000];

    public static double[] Of(Instrument instrument)
    {
        var advised = Advice<double>(instrument) ?? Advice<long>(instrument) ?? Advice<int>(instrument) ?? Advice<float>(instrument)
            ?? Advice<decimal>(instrument) ?? Advice<short>(instrument) ?? Advice<byte>(instrument);
        // The last bucket, up to infinity, is written in any case.
        return advised?.Where(double.IsFinite).ToArray() ?? (instrument.Unit == "s" ? Seconds : Amounts);
    }

    private static IEnumerable<double>? Advice<T>(Instrument instrument) where T : struct, INumber<T> =>
        (instrument as Histogram<T>)?.Advice?.HistogramBucketBoundaries?.Select(double.CreateSaturating);
}
