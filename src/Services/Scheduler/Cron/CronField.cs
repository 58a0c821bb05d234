using System.Numerics;

namespace Tideline.Scheduler.Cron;

/// <summary>One field of a cron expression: the set of its values, and whether it begins with a star.</summary>
/// <param name="Bits">Bit n is set when n is in the set.</param>
/// <param name="IsStar">Begins with <c>*</c>; Vixie's cron decides by this, not by the set, how day fields combine and what a change of the clock does.</param>
internal readonly record struct CronField(ulong Bits, bool IsStar)
{
    public bool Has(int value) => (Bits >> value & 1) != 0;

    /// <summary>The first value of the set that is not smaller; -1 when there is none.</summary>
    public int From(int value)
    {
        var rest = value > 63 ? 0 : Bits >> value << value;
        return rest == 0 ? -1 : BitOperations.TrailingZeroCount(rest);
    }

    public int First => BitOperations.TrailingZeroCount(Bits);

    /// <summary>Reads lists of values, ranges and steps: <c>*</c>, <c>*/5</c>, <c>1-5</c>, <c>1-31/2</c>, <c>5/10</c> (from 5 on), <c>mon,wed</c>.</summary>
    /// <exception cref="FormatException">With a message for people.</exception>
    public static CronField Parse(string text, string name, int min, int max, string[]? names = null)
    {
        ulong bits = 0;
        foreach (var part in text.Split(','))
        {
            var slash = part.IndexOf('/', StringComparison.Ordinal);
            var range = slash < 0 ? part : part[..slash];
            var step = slash < 0 ? 1 : Number(part[(slash + 1)..], name, 1, max - min + 1, null);
            int from, to;
            if (range is "*" or "?") (from, to) = (min, max);
            else if (range.IndexOf('-', StringComparison.Ordinal) is > 0 and var dash)
            {
                (from, to) = (Number(range[..dash], name, min, max, names), Number(range[(dash + 1)..], name, min, max, names));
                if (to < from) throw new FormatException($"{name}: the range '{range}' runs backwards.");
            }
            else
            {
                from = Number(range, name, min, max, names);
                to = slash < 0 ? from : max;
            }
            for (var value = from; value <= to; value += step) bits |= 1UL << value;
        }
        return new CronField(bits, text[0] is '*' or '?');
    }

    private static int Number(string text, string name, int min, int max, string[]? names)
    {
        var named = names is null ? -1 : Array.FindIndex(names, n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (named >= 0) return named + (names!.Length == 12 ? 1 : 0);
        var isNumber = text.Length is > 0 and <= 4 && text.All(char.IsAsciiDigit);
        if (isNumber && int.Parse(text) is var value && value >= min && value <= max) return value;
        throw new FormatException($"{name}: '{text}' is not between {min} and {max}.");
    }
}
