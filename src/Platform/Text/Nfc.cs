using System.Globalization;
using System.Text;

namespace Tideline.Platform.Text;

/// <summary>
/// Unicode normal form C: one spelling for "é", whether it was typed as one character or as two. The runtime's own does
/// nothing here, because the platform runs with invariant globalisation.
/// </summary>
public static class Nfc
{
    private const int HangulFirst = 0xAC00, HangulCount = 11172, L = 0x1100, V = 0x1161, T = 0x11A7, Ls = 19, Vs = 21, Ts = 28;

    private static readonly Dictionary<int, (int First, int Second)> Parts = [];
    private static readonly Dictionary<(int, int), int> Composed = [];
    private static readonly Dictionary<int, int[]> Replaced = [];
    private static readonly Dictionary<int, int> MarkClass = [];

    static Nfc()
    {
        foreach (var line in Resource.Lines("unicode.composition.tsv"))
        {
            var columns = line.Split('\t');
            var code = Hex(columns[1]);
            switch (columns[0])
            {
                case "C":
                    Composed[(code, Hex(columns[2]))] = Hex(columns[3]);
                    Parts[Hex(columns[3])] = (code, Hex(columns[2]));
                    break;
                case "S":
                    Replaced[code] = [.. columns[2].Split(' ').Select(Hex)];
                    break;
                case "M":
                    MarkClass[code] = int.Parse(columns[2]);
                    break;
            }
        }
        static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber);
    }

    /// <summary>The text in normal form C. Lone surrogates stay as they are.</summary>
    public static string Normalize(string text)
    {
        // Nothing below U+0300 changes in this form: almost all text leaves here.
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', '\u02ff')) return text;

        var points = new List<int>(text.Length + 8);
        for (var i = 0; i < text.Length; i++)
        {
            var wide = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            Decompose(wide ? char.ConvertToUtf32(text[i], text[++i]) : text[i], points);
        }
        Order(points);
        Compose(points);

        var result = new StringBuilder(points.Count + 4);
        foreach (var point in points)
        {
            if (point < 0x10000) result.Append((char)point);
            else result.Append(char.ConvertFromUtf32(point));
        }
        return result.ToString();
    }

    private static void Decompose(int point, List<int> into)
    {
        if (point - HangulFirst is >= 0 and < HangulCount and var hangul)
        {
            into.Add(L + hangul / (Vs * Ts));
            into.Add(V + hangul % (Vs * Ts) / Ts);
            if (hangul % Ts > 0) into.Add(T + hangul % Ts);
        }
        else if (Replaced.TryGetValue(point, out var others))
        {
            foreach (var other in others) Decompose(other, into);
        }
        else if (Parts.TryGetValue(point, out var parts))
        {
            Decompose(parts.First, into);
            into.Add(parts.Second);
        }
        else
        {
            into.Add(point);
        }
    }

    private static int ClassOf(int point) => point < 0x300 ? 0 : MarkClass.GetValueOrDefault(point);

    // Marks after one letter are sorted by class, those of one class keep their order.
    private static void Order(List<int> points)
    {
        for (var start = 0; start < points.Count; start++)
        {
            if (ClassOf(points[start]) == 0) continue;
            var end = start + 1;
            while (end < points.Count && ClassOf(points[end]) > 0) end++;
            if (end - start > 1)
            {
                var sorted = points.GetRange(start, end - start).OrderBy(ClassOf).ToList();
                for (var i = 0; i < sorted.Count; i++) points[start + i] = sorted[i];
            }
            start = end;
        }
    }

    private static void Compose(List<int> points)
    {
        int starter = -1, written = 0, lastClass = 0;
        for (var i = 0; i < points.Count; i++)
        {
            var point = points[i];
            var mark = ClassOf(point);
            // A mark is blocked from its letter by one of the same class that could not be joined.
            if (starter >= 0 && (written == starter + 1 || (lastClass != 0 && lastClass < mark))
                && Pair(points[starter], point) is { } joined)
            {
                points[starter] = joined;
                continue;
            }
            if (mark == 0) starter = written;
            lastClass = mark;
            points[written++] = point;
        }
        points.RemoveRange(written, points.Count - written);
    }

    private static int? Pair(int first, int second)
    {
        if (first - L is >= 0 and < Ls and var l && second - V is >= 0 and < Vs and var v) return HangulFirst + (l * Vs + v) * Ts;
        if (first - HangulFirst is >= 0 and < HangulCount and var syllable && syllable % Ts == 0 && second - T is > 0 and < Ts)
        {
            return first + (second - T);
        }
        return Composed.TryGetValue((first, second), out var joined) ? joined : null;
    }
}
