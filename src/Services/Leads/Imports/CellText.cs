using System.Text;
using Tideline.Platform.Text;

namespace Tideline.Leads.Imports;

/// <summary>Brings the text of a cell into the form in which it is stored.</summary>
internal static class CellText
{
    // Written by databases and people for "nothing here". Not for names: Null and Na are families.
    private static readonly HashSet<string> Nothing = new(StringComparer.OrdinalIgnoreCase)
        { "-", "--", "n/a", "#n/a", "null", "none", "nil", "\\n", "?", "unknown", "k.a.", "nan" };

    public static bool IsNothing(string text) => text.Length <= 7 && Nothing.Contains(text);

    /// <summary>
    /// The text trimmed, composed, and without the apostrophe that hides formulas from spreadsheets; null when empty.
    /// Multi-line text keeps its line breaks, other text gets a space for them.
    /// </summary>
    /// <param name="problem">Set when the text holds what cannot be stored or shown: NUL and other control characters.</param>
    public static string? Clean(string raw, bool multiline, out string? problem)
    {
        problem = null;
        if (raw.Length == 0) return null;
        var text = CsvFormula.Unescape(raw.Trim());
        if (text.Length == 0) return null;
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains("  ", StringComparison.Ordinal)) return text;

        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsControl(c) && c is not ('\t' or '\r' or '\n' or '\u0085'))
            {
                problem = c == '\0' ? "The value has a zero character in it." : $"The value has a control character (U+{(int)c:X4}) in it.";
                return null;
            }
            if (char.IsSurrogate(c) && (!char.IsHighSurrogate(c) || i + 1 == text.Length || !char.IsLowSurrogate(text[++i])))
            {
                problem = "The value has half a character in it: the file was cut or encoded wrongly.";
                return null;
            }
        }
        return Nfc.Normalize(multiline ? Lines(text) : OneLine(text));
    }

    private static string Lines(string text) => text.Contains('\r') ? text.Replace("\r\n", "\n").Replace('\r', '\n') : text;

    private static string OneLine(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (!char.IsWhiteSpace(c)) result.Append(c);
            else if (result.Length > 0 && result[^1] != ' ') result.Append(' ');
        }
        return result.ToString().TrimEnd();
    }
}
