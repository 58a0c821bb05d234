using System.Text.RegularExpressions;

namespace Tideline.Platform.Text;

/// <summary>One region's rules for numbers: how they begin when dialled at home and what they look like.</summary>
internal sealed class NumberingPlan
{
    private readonly uint lengths;
    private readonly int longest;
    private readonly string prefix;
    private readonly string transform;
    private readonly Lazy<Regex> pattern;
    private readonly Lazy<Regex>? international;
    private readonly Lazy<Regex>? prefixPattern;

    private NumberingPlan(string[] columns)
    {
        (Region, CallingCode, IsMain) = (columns[0], columns[1], columns[2] == "1");
        international = columns[3] is { Length: > 0 } idd ? Anchored(idd, toEnd: false) : null;
        prefix = columns[4];
        prefixPattern = prefix.AsSpan().ContainsAnyExceptInRange('0', '9') ? Anchored(prefix, toEnd: false) : null;
        transform = columns[5];
        foreach (var length in columns[6].Split(','))
        {
            lengths |= 1u << int.Parse(length);
            longest = int.Parse(length);
        }
        pattern = Anchored(columns[7], toEnd: true);
    }

    public string Region { get; }
    public string CallingCode { get; }

    /// <summary>The region whose rules read an international number when several share a calling code.</summary>
    public bool IsMain { get; }

    public static NumberingPlan Read(string line) => new(line.Split('\t'));

    /// <summary>True when the digits (without national prefix) can be a whole number here.</summary>
    public bool Accepts(ReadOnlySpan<char> national) => HasLength(national.Length) && pattern.Value.IsMatch(national);

    public bool IsTooLong(ReadOnlySpan<char> national) => national.Length > longest;

    /// <summary>How many digits of the international prefix (00, 011 …) the number begins with.</summary>
    public int InternationalPrefixOf(ReadOnlySpan<char> digits)
    {
        if (international is null) return 0;
        foreach (var match in international.Value.EnumerateMatches(digits)) return match.Length;
        return 0;
    }

    /// <summary>
    /// The number without its national prefix. Some plans rewrite instead of cutting (an Argentine 15 becomes a leading 9,
    /// a Bahamian seven digits get their area code). Whatever would turn a good number into a bad one is left alone.
    /// </summary>
    public ReadOnlySpan<char> WithoutNationalPrefix(ReadOnlySpan<char> digits)
    {
        var cut = Cut(digits);
        if (cut.Length == digits.Length && cut.SequenceEqual(digits)) return digits;
        if (!pattern.Value.IsMatch(cut) && pattern.Value.IsMatch(digits)) return digits;
        return HasLength(cut.Length) || IsTooLong(cut) ? cut : digits;
    }

    private ReadOnlySpan<char> Cut(ReadOnlySpan<char> digits)
    {
        if (prefix.Length == 0) return digits;
        if (prefixPattern is null) return digits.StartsWith(prefix) ? digits[prefix.Length..] : digits;

        var text = digits.ToString();
        var match = prefixPattern.Value.Match(text);
        if (!match.Success) return digits;
        var captured = match.Groups.Count > 1 && match.Groups[^1].Length > 0;
        return transform.Length > 0 && captured
            ? string.Concat(match.Result(transform), digits[match.Length..])
            : digits[match.Length..];
    }

    private bool HasLength(int length) => length < 32 && (lengths & (1u << length)) != 0;

    private static Lazy<Regex> Anchored(string pattern, bool toEnd) =>
        new(() => new Regex($@"\A(?:{pattern}){(toEnd ? @"\z" : "")}", RegexOptions.CultureInvariant));
}
