namespace Tideline.Leads.Imports;

/// <summary>
/// How a file of rows is written. <see cref="Start"/> is where its first record begins: after a byte order mark and after
/// the "sep=;" line that Excel understands.
/// </summary>
internal sealed record CsvDialect(string Encoding, char Delimiter, char Quote, bool HasHeader, string NewLine, int Start)
{
    public static readonly IReadOnlyList<char> Delimiters = [',', ';', '\t', '|'];

    /// <summary>True for a character that a user, or the first line of a file, may name as separator.</summary>
    public static bool CanSeparate(char c) => c == '\t' || (c is > ' ' and < '\u007f' && !char.IsAsciiLetterOrDigit(c) && c is not ('"' or '\''));

    public CsvPosition FirstRecord => new(Start, 1);
}

/// <summary>
/// Where a record begins: its offset in bytes and its number (the header is 1, blank lines count too, as in a
/// spreadsheet). Reading can begin at any record, so an import that stopped goes on exactly there.
/// </summary>
internal readonly record struct CsvPosition(long Offset, long Row);

/// <summary>One record. A record that cannot be read has an <see cref="Error"/> and what could be seen of it.</summary>
internal sealed record CsvRow(CsvPosition Position, CsvPosition Next, string[] Fields, CsvRowError? Error = null)
{
    /// <summary>Rows such as ",,,," that spreadsheets leave at the end: nothing to import and nothing to complain about.</summary>
    public bool IsBlank => Error is null && Array.TrueForAll(Fields, string.IsNullOrWhiteSpace);
}

internal sealed record CsvRowError(string Code, string Reason)
{
    public static readonly CsvRowError UnclosedQuote = new("unclosed_quote", "A quote is opened in this line and never closed.");
    public static readonly CsvRowError FieldTooLong = new("field_too_long", "A value of this row is longer than 1 MB.");
    public static readonly CsvRowError RowTooLong = new("row_too_long", "The row is longer than 4 MB.");
    public static readonly CsvRowError TooManyColumns = new("too_many_columns", $"The row has more than {CsvScanner.MaxColumns:N0} values.");
}

/// <summary>The file is so broken that reading it would never end; what was read before is right.</summary>
internal sealed class CsvUnreadableException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}
