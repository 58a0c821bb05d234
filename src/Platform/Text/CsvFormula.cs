using System.Buffers;

namespace Tideline.Platform.Text;

/// <summary>
/// Keeps text in a CSV file from running as a formula in a spreadsheet. An apostrophe before it is the one defence that
/// spreadsheets agree on; quoting is none, because they look at the cell after its quotes are gone.
/// </summary>
public static class CsvFormula
{
    // The last four are the full-width forms, which spreadsheets with an East Asian locale take for the narrow ones.
    private static readonly SearchValues<char> Starters = SearchValues.Create("=+-@\t\r\n＝＋－＠");

    /// <summary>The text with an apostrophe before it when it would run; <see cref="Unescape"/> gives it back exactly.</summary>
    public static string Escape(string text) => IsLive(text) ? "'" + text : text;

    /// <summary>Takes off the apostrophe that <see cref="Escape"/> or a spreadsheet put before a formula.</summary>
    public static string Unescape(string text) => text.Length > 1 && text[0] == '\'' && IsLive(text) ? text[1..] : text;

    // Text that already looks escaped is escaped once more, so that Unescape cannot mistake it for ours.
    private static bool IsLive(ReadOnlySpan<char> text)
    {
        if (text.Length == 0 || (text[0] != '\'' && !Starters.Contains(text[0]))) return false;
        var bare = text.TrimStart('\'');
        return bare.Length > 0 && Starters.Contains(bare[0]);
    }
}
