using System.Buffers;

namespace Tideline.Leads.Imports;

internal enum CsvScan
{
    Record,
    NeedsMore,
    UnclosedQuote,
    TooManyColumns,
}

/// <summary>A field's place in the window, without its quotes. Escaped: there are doubled or stray quotes inside.</summary>
internal readonly record struct CsvField(int Start, int Length, bool Escaped);

/// <summary>
/// Finds the end and the fields of the record at the beginning of a window of characters (RFC 4180, and what people make
/// of it). Stateless between records, which is what makes resuming exact.
///
/// Three liberties: blanks around quotes are no part of the value; a quote inside a quoted value that is followed by
/// neither another quote nor the end of the value is text ("5" pipe"); and if that happens after a line break, the quote
/// that began the value is taken as never closed, because the alternative is to swallow rows.
/// </summary>
internal sealed class CsvScanner(char delimiter, char quote)
{
    public const int MaxColumns = 1000;

    private readonly SearchValues<char> ends = SearchValues.Create([delimiter, '\r', '\n']);
    private readonly CsvField[] fields = new CsvField[MaxColumns];

    /// <summary>Fields of the last record found.</summary>
    public ReadOnlySpan<CsvField> Fields => fields.AsSpan(0, Math.Min(Count, MaxColumns));

    /// <summary>How many fields were found, also beyond those kept.</summary>
    public int Count { get; private set; }

    /// <summary>Characters that the record takes, its line break included.</summary>
    public int Consumed { get; private set; }

    /// <summary>Where the quoted value began in which the window ended; -1 outside quotes.</summary>
    public int OpenQuoteAt { get; private set; }

    /// <summary>How far the scan looked when it gave a quote up as never closed.</summary>
    public int Seen { get; private set; }

    /// <param name="window">Characters from the beginning of a record.</param>
    /// <param name="atEnd">True when nothing follows the window.</param>
    public CsvScan Scan(ReadOnlySpan<char> window, bool atEnd)
    {
        (Count, Consumed, OpenQuoteAt) = (0, 0, -1);
        for (var at = 0; ;)
        {
            var opening = at;
            while (opening < window.Length && window[opening] == ' ') opening++;
            if (opening < window.Length && window[opening] == quote)
            {
                if (Quoted(window, opening + 1, atEnd, ref at) is { } trouble) return trouble;
            }
            else
            {
                var length = window[at..].IndexOfAny(ends);
                if (length < 0)
                {
                    if (!atEnd) return CsvScan.NeedsMore;
                    length = window.Length - at;
                }
                Add(new CsvField(at, length, false));
                at += length;
            }

            if (at == window.Length) return Ended(at);
            if (window[at] == delimiter)
            {
                at++;
                continue;
            }
            if (window[at] == '\n') return Ended(at + 1);
            if (at + 1 == window.Length) return atEnd ? Ended(at + 1) : CsvScan.NeedsMore;
            return Ended(window[at + 1] == '\n' ? at + 2 : at + 1);
        }
    }

    /// <summary>The value with doubled quotes made single.</summary>
    public string Unescaped(ReadOnlySpan<char> raw)
    {
        var buffer = ArrayPool<char>.Shared.Rent(raw.Length);
        var written = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            buffer[written++] = raw[i];
            if (raw[i] == quote && i + 1 < raw.Length && raw[i + 1] == quote) i++;
        }
        var text = new string(buffer, 0, written);
        ArrayPool<char>.Shared.Return(buffer);
        return text;
    }

    private CsvScan? Quoted(ReadOnlySpan<char> window, int start, bool atEnd, ref int at)
    {
        var escaped = false;
        for (var from = start; ;)
        {
            var found = window[from..].IndexOf(quote);
            if (found < 0) return Unclosed(start, window.Length, atEnd);
            var closing = from + found;
            if (closing + 1 < window.Length && window[closing + 1] == quote)
            {
                escaped = true;
                from = closing + 2;
                continue;
            }
            var after = closing + 1;
            while (after < window.Length && window[after] is ' ' or '\t' && window[after] != delimiter) after++;
            if (after == window.Length && !atEnd) return Unclosed(start, window.Length, atEnd);
            if (after == window.Length || window[after] == delimiter || window[after] is '\r' or '\n')
            {
                Add(new CsvField(start, closing - start, escaped));
                at = after;
                return null;
            }
            if (window[start..closing].ContainsAny('\r', '\n')) return Unclosed(start, closing, atEnd: true);
            escaped = true;
            from = closing + 1;
        }
    }

    private CsvScan Unclosed(int start, int seen, bool atEnd)
    {
        (OpenQuoteAt, Seen) = (start, seen);
        return atEnd ? CsvScan.UnclosedQuote : CsvScan.NeedsMore;
    }

    private CsvScan Ended(int consumed)
    {
        Consumed = consumed;
        return Count > MaxColumns ? CsvScan.TooManyColumns : CsvScan.Record;
    }

    private void Add(CsvField field)
    {
        if (Count < MaxColumns) fields[Count] = field;
        Count++;
    }
}
