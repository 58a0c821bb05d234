namespace Tideline.Platform.Text;

/// <summary>All numbering plans, by region and by calling code. Read once, from the embedded regions.tsv.</summary>
internal static class NumberingPlans
{
    private static readonly Dictionary<string, NumberingPlan> ByRegion = [];

    // Calling codes are prefix-free and at most three digits, so an array indexed by the number is the whole look-up.
    private static readonly NumberingPlan[]?[] ByCode = new NumberingPlan[]?[1000];

    static NumberingPlans()
    {
        var plans = Resource.Lines("phone_metadata.regions.tsv").Select(NumberingPlan.Read).ToList();
        foreach (var sharing in plans.GroupBy(x => x.CallingCode))
        {
            ByCode[int.Parse(sharing.Key)] = [.. sharing.OrderByDescending(x => x.IsMain)];
        }
        foreach (var plan in plans.Where(x => x.Region != "001")) ByRegion.Add(plan.Region, plan);
    }

    public static IEnumerable<string> Regions => ByRegion.Keys;

    public static NumberingPlan? OfRegion(string? region) =>
        region is not null && (ByRegion.TryGetValue(region, out var plan) || ByRegion.TryGetValue(region.ToUpperInvariant(), out plan))
            ? plan
            : null;

    /// <summary>The plans that share the calling code the digits begin with, main one first; its length is given too.</summary>
    public static NumberingPlan[] OfDigits(ReadOnlySpan<char> digits, out int codeLength)
    {
        var code = 0;
        for (codeLength = 1; codeLength <= Math.Min(3, digits.Length); codeLength++)
        {
            code = code * 10 + (digits[codeLength - 1] - '0');
            if (code == 0) break;                       // no calling code begins with 0
            if (ByCode[code] is { } plans) return plans;
        }
        codeLength = 0;
        return [];
    }

    public static NumberingPlan[] Sharing(NumberingPlan plan) => ByCode[int.Parse(plan.CallingCode)]!;
}
