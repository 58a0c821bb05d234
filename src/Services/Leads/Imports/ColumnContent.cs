using System.Buffers;

namespace Tideline.Leads.Imports;

/// <summary>Recognises by their looks the values that leave little doubt.</summary>
internal static class ColumnContent
{
    private const int MaxLooked = 300;

    private static readonly SearchValues<char> PhoneSigns = SearchValues.Create("+()-./ x");

    public static bool IsEmail(string value)
    {
        var text = value.AsSpan().Trim();
        if (text.Length is < 6 or > MaxLooked || text.EndsWith("@")) return false;
        var at = text.LastIndexOf('@');
        return at > 0 && text[at..].Contains('.') && (text[^1] == '>' || !text.Contains(' '));
    }

    public static bool IsUrl(string value)
    {
        var text = value.AsSpan().Trim();
        return text.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
            || (text.StartsWith("www.", StringComparison.OrdinalIgnoreCase) && !text.Contains(' '));
    }

    /// <summary>Seven digits and more with the signs of phone numbers among them: digits alone may be any number.</summary>
    public static bool IsPhone(string value) => MayBePhone(value) && value.AsSpan().Trim().ContainsAny(PhoneSigns) && !IsNumberOrDate(value);

    /// <summary>What a column that is called "phone" may hold.</summary>
    public static bool MayBePhone(string value)
    {
        var text = value.AsSpan().Trim();
        if (text.Length is < 6 or > 60) return false;
        var digits = 0;
        foreach (var c in text)
        {
            if (char.IsDigit(c)) digits++;
            else if (char.IsLetter(c) && c is not ('x' or 'X' or 'e' or 't')) return false;
        }
        return digits >= 6 && digits * 2 >= text.Length;
    }

    public static bool IsNumberOrDate(string value)
    {
        var text = value.AsSpan().Trim();
        if (text.Length is 0 or > 40 || !text.ContainsAnyInRange('0', '9')) return false;
        return decimal.TryParse(text, System.Globalization.NumberStyles.Number, null, out _) || TypedDate.Parse(value, DateOrder.DayFirst) is not null;
    }

    /// <summary>True when at least this share of the values that are not empty looks like it, and there are any.</summary>
    public static bool Most(IReadOnlyList<string[]> rows, int column, double share, Func<string, bool> looks)
    {
        int filled = 0, agreeing = 0;
        foreach (var row in rows)
        {
            if (column >= row.Length || string.IsNullOrWhiteSpace(row[column])) continue;
            filled++;
            if (looks(row[column])) agreeing++;
        }
        return filled > 0 && agreeing >= filled * share;
    }

    public static bool IsEmpty(IReadOnlyList<string[]> rows, int column) =>
        rows.All(row => column >= row.Length || string.IsNullOrWhiteSpace(row[column]));
}
