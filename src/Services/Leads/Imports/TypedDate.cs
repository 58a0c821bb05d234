using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Tideline.Leads.Imports;

/// <summary>Which number of 03/04/2024 is the day.</summary>
internal enum DateOrder
{
    DayFirst,
    MonthFirst,
}

/// <summary>Reads dates and times as they stand in exports. Without an offset they are UTC.</summary>
internal static partial class TypedDate
{
    private static readonly FrozenDictionary<string, int> Months = new[]
    {
        "jan january januar janvier enero januari janv ene",
        "feb february februar février fevrier febrero februari févr fevr",
        "mar march märz maerz mars marzo mär",
        "apr april avril abril avr abr",
        "may mai mayo maj",
        "jun june juni juin junio",
        "jul july juli juillet julio juil",
        "aug august août aout agosto augusti ago",
        "sep sept september septembre septiembre",
        "oct okt october oktober octobre octubre",
        "nov november novembre noviembre",
        "dec dez december dezember décembre decembre diciembre dic déc",
    }.SelectMany((names, index) => names.Split(' ').Select(name => (name, month: index + 1))).DistinctBy(x => x.name).ToFrozenDictionary(x => x.name, x => x.month);

    /// <summary>The order that a column's values show (a first number above 12 decides), else the one usual in the country.</summary>
    public static DateOrder OrderOf(IEnumerable<string> values, string? country)
    {
        foreach (var value in values)
        {
            if (Numbers().Match(value) is not { Success: true } match || match.Groups["a"].Length > 2) continue;
            if (int.Parse(match.Groups["a"].Value) > 12) return DateOrder.DayFirst;
            if (int.Parse(match.Groups["b"].Value) > 12) return DateOrder.MonthFirst;
        }
        return country is "US" or "PH" or "FM" or "PW" or "MH" ? DateOrder.MonthFirst : DateOrder.DayFirst;
    }

    /// <summary>The moment the text names, or null when it names none between 1900 and 2100.</summary>
    public static DateTimeOffset? Parse(string text, DateOrder order)
    {
        text = text.Trim();
        if (text.Length is < 6 or > 60 || !text.AsSpan().ContainsAnyInRange('0', '9')) return null;
        if (Epoch(text) is { } stamp) return stamp;
        if (DatePart(text, order, out var rest) is not { } date) return null;
        if (TimePart(rest) is not { } time) return null;
        return new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero) + time;
    }

    private static DateOnly? DatePart(string text, DateOrder order, out string rest)
    {
        if (Compact().Match(text) is { Success: true } compact) return Date(compact, "y", "m", "d", out rest, text);
        if (Numbers().Match(text) is { Success: true } match)
        {
            if (match.Groups["a"].Length == 4) return Date(match, "a", "b", "c", out rest, text);
            // Dots are written with the day first everywhere.
            var first = int.Parse(match.Groups["a"].Value);
            var second = int.Parse(match.Groups["b"].Value);
            var monthFirst = first <= 12 && (second > 12 || (order is DateOrder.MonthFirst && match.Groups["s"].Value != "."));
            return monthFirst ? Date(match, "c", "a", "b", out rest, text) : Date(match, "c", "b", "a", out rest, text);
        }
        if (DayMonth().Match(text) is { Success: true } named) return Date(named, "y", "m", "d", out rest, text);
        if (MonthDay().Match(text) is { Success: true } american) return Date(american, "y", "m", "d", out rest, text);
        rest = "";
        return null;
    }

    private static DateOnly? Date(Match match, string year, string month, string day, out string rest, string text)
    {
        rest = text[match.Length..];
        var y = int.Parse(match.Groups[year].Value);
        if (match.Groups[year].Length == 2) y += y < 70 ? 2000 : 1900;
        if (!int.TryParse(match.Groups[month].Value, NumberStyles.None, null, out var m)
            && !Months.TryGetValue(match.Groups[month].Value.ToLowerInvariant(), out m))
        {
            return null;
        }
        var d = int.Parse(match.Groups[day].Value);
        return y is >= 1900 and <= 2100 && m is >= 1 and <= 12 && d >= 1 && d <= DateTime.DaysInMonth(y, m) ? new DateOnly(y, m, d) : null;
    }

    // What the time adds to midnight UTC, or null when the rest of the text is no time.
    private static TimeSpan? TimePart(string rest)
    {
        if (string.IsNullOrWhiteSpace(rest)) return TimeSpan.Zero;
        if (Time().Match(rest) is not { Success: true } match) return null;
        var hour = int.Parse(match.Groups["h"].Value);
        var minute = int.Parse(match.Groups["m"].Value);
        var second = match.Groups["s"].Success ? int.Parse(match.Groups["s"].Value) : 0;
        if (match.Groups["half"] is { Success: true } half)
        {
            if (hour is < 1 or > 12) return null;
            hour = hour % 12 + (half.Value is "p" or "P" ? 12 : 0);
        }
        if (hour > 23 || minute > 59 || second > 59) return null;
        var time = new TimeSpan(hour, minute, second);
        if (match.Groups["f"] is { Success: true } fraction) time += TimeSpan.FromSeconds(double.Parse("0." + fraction.Value, CultureInfo.InvariantCulture));
        if (!match.Groups["sign"].Success) return time;

        var offset = new TimeSpan(int.Parse(match.Groups["oh"].Value), match.Groups["om"].Success ? int.Parse(match.Groups["om"].Value) : 0, 0);
        if (offset > TimeSpan.FromHours(14)) return null;
        return match.Groups["sign"].Value == "+" ? time - offset : time + offset;
    }

    // Seconds or milliseconds since 1970, of this century.
    private static DateTimeOffset? Epoch(string text) => text.Length switch
    {
        10 when long.TryParse(text, NumberStyles.None, null, out var seconds) && seconds > 946_684_800 => DateTimeOffset.FromUnixTimeSeconds(seconds),
        13 when long.TryParse(text, NumberStyles.None, null, out var millis) && millis < 4_102_444_800_000 => DateTimeOffset.FromUnixTimeMilliseconds(millis),
        _ => null,
    };

    [GeneratedRegex(@"\A(?<y>(?:19|20)\d\d)(?<m>\d\d)(?<d>\d\d)(?=\z|T|\s)")]
    private static partial Regex Compact();

    [GeneratedRegex(@"\A(?<a>\d{4}|\d{1,2})(?<s>[-/.])\s?(?<b>\d{1,2})\k<s>\s?(?<c>\d{4}|\d{2})(?=\z|T|\s|,)")]
    private static partial Regex Numbers();

    [GeneratedRegex(@"\A(?:\p{L}+,?\s+)?(?<d>\d{1,2})(?:\.|st|nd|rd|th)?[\s-]+(?:de\s+)?(?<m>\p{L}{3,12})\.?,?[\s-]+(?:de\s+)?(?<y>\d{4})(?=\z|T|\s|,)")]
    private static partial Regex DayMonth();

    [GeneratedRegex(@"\A(?:\p{L}+,\s+)?(?<m>\p{L}{3,12})\.?\s+(?<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?<y>\d{4})(?=\z|\s|,)")]
    private static partial Regex MonthDay();

    [GeneratedRegex(@"\A[T,\s]\s*(?:at\s+)?(?<h>\d{1,2})[:.](?<m>\d\d)(?:[:.](?<s>\d\d)(?:[.,](?<f>\d{1,9}))?)?\s*(?:(?<half>[aApP])\.?[mM]\.?)?\s*(?:Z|UTC|GMT|(?:UTC|GMT)?(?<sign>[+-])(?<oh>\d\d):?(?<om>\d\d)?)?\s*\z")]
    private static partial Regex Time();
}
