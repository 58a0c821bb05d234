using System.Globalization;

namespace Tideline.Leads.Imports;

/// <summary>An amount in minor units of its currency, or the reason why the text is none.</summary>
internal readonly record struct TypedMoney(long Amount, string? Currency, string? Reason)
{
    private const decimal Largest = 1_000_000_000_000_000m;

    /// <summary>
    /// Reads "€1.234,50", "1,234.50 USD", "1 234,50 kr", "(250)". <paramref name="currency"/> is that of the row's own
    /// currency column, <paramref name="fallback"/> the tenant's; a sign in the text that contradicts the row is refused.
    /// </summary>
    public static TypedMoney Parse(string text, string? currency, string? fallback)
    {
        if (text.Length > 60) return Refused("The amount is too long.");
        var first = text.AsSpan().IndexOfAnyInRange('0', '9');
        if (first < 0) return Refused("The amount has no digits.");
        var last = text.AsSpan().LastIndexOfAnyInRange('0', '9');

        var sign = Around(text.AsSpan(0, first), text.AsSpan(last + 1), out var isNegative);
        var code = currency ?? fallback;
        if (sign.Length > 0)
        {
            if (Currencies.OfSign(sign, code) is not { } named) return Refused($"\"{sign}\" is not a currency that this amount could be in.");
            if (currency is not null && currency != named) return Refused($"The amount is in {named} and its currency says {currency}.");
            code = named;
        }
        if (code is null) return Refused("The amount has no currency.");
        if (Number(text.AsSpan(first, last + 1 - first), Currencies.DigitsOf(code)) is not { } number) return Refused("The amount is not a number.");

        var minor = number * Power(Currencies.DigitsOf(code));
        if (minor != decimal.Truncate(minor)) return Refused($"The amount has more decimals than {code} has.");
        if (minor > Largest) return Refused("The amount is too large.");
        return new TypedMoney((long)(isNegative ? -minor : minor), code, null);
    }

    // What stands before and after the digits: minus or brackets, and the currency.
    private static string Around(ReadOnlySpan<char> before, ReadOnlySpan<char> after, out bool isNegative)
    {
        isNegative = before.ContainsAny('-', '\u2212') || (before.Contains('(') && after.Contains(')')) || after.TrimStart() is ['-', ..];
        Span<char> sign = stackalloc char[before.Length + after.Length];
        var length = 0;
        foreach (var part in (ReadOnlySpan<char>)[.. before, .. after])
        {
            if (!char.IsWhiteSpace(part) && part is not ('-' or '\u2212' or '+' or '(' or ')' or ',')) sign[length++] = part;
        }
        // "1.234,-" and "100.-" are whole amounts; the dot is no currency. "kr." is.
        return sign[..length] is "." ? "" : sign[..length].ToString();
    }

    // The last separator is the decimal one, unless it groups thousands: it repeats, or three digits follow it alone.
    private static decimal? Number(ReadOnlySpan<char> text, int digits)
    {
        Span<char> plain = stackalloc char[text.Length];
        var length = 0;
        var point = text.LastIndexOfAny('.', ',', '\u066b');
        if (point >= 0)
        {
            var separator = text[point];
            var repeats = text[..point].Contains(separator);
            var groups = text.Length - point - 1 == 3 && !text[..point].ContainsAny('.', ',') && digits < 3 && text[0] != '0';
            if (repeats || groups) point = -1;
            else if (text[(point + 1)..].ContainsAnyExceptInRange('0', '9')) return null;
        }
        var sinceGroup = -1;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (i == point)
            {
                if (sinceGroup is >= 0 and not 3) return null;
                sinceGroup = -1;
                plain[length++] = '.';
            }
            else if (char.IsAsciiDigit(c))
            {
                plain[length++] = c;
                if (sinceGroup >= 0 && (point < 0 || i < point)) sinceGroup++;
            }
            else if (c is '.' or ',' or '\'' or '’' || char.IsWhiteSpace(c))
            {
                // Groups of three, and of two in India: 12,34,567.
                if (sinceGroup is >= 0 and not (2 or 3)) return null;
                sinceGroup = 0;
            }
            else
            {
                return null;
            }
        }
        if (sinceGroup is >= 0 and not 3) return null;
        return decimal.TryParse(plain[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static decimal Power(int digits) => digits switch { 0 => 1, 1 => 10, 3 => 1000, 4 => 10_000, _ => 100 };

    private static TypedMoney Refused(string reason) => new(0, null, reason);
}
