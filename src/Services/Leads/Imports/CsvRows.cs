using System.Runtime.CompilerServices;

namespace Tideline.Leads.Imports;

/// <summary>
/// Reads a file of any size record by record, in memory bounded by one record. Bad records are yielded with their error
/// and reading goes on with the next line: nothing is skipped in silence.
/// </summary>
internal sealed class CsvRows(Stream stream, CsvDialect dialect)
{
    public const int MaxFieldLength = 1024 * 1024;
    public const int MaxRowLength = 4 * MaxFieldLength;

    // How much may be read twice after unclosed quotes, beside a multiple of what was read: files made to cost a scan of
    // megabytes for every line end here, so that the time to read a file stays proportional to its size.
    private const long FreeReread = 64L * 1024 * 1024;
    private const long RereadFactor = 8;

    private const int FirstWindow = 128 * 1024;
    private const int ShownOfBadRow = 1000;

    private readonly CsvEncoding encoding = CsvEncoding.Of(dialect.Encoding);
    private readonly CsvScanner scanner = new(dialect.Delimiter, dialect.Quote);

    private char[] window = new char[FirstWindow];
    private byte[] bytes = [];
    private int start;
    private int end;
    private bool atEnd;
    private CsvPosition position;                       // of window[start]
    private CsvRow? cutOff;                             // a bad record whose end is not in the window
    private long reread;

    /// <summary>
    /// The records from a position that an earlier reading gave (<see cref="CsvRow.Next"/>), or without one all records
    /// after the header.
    /// </summary>
    public async IAsyncEnumerable<CsvRow> ReadAsync(CsvPosition? from = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        await SeekAsync(from ?? dialect.FirstRecord, ct);
        var skip = from is null && dialect.HasHeader;
        while (true)
        {
            if (Next() is not { } next)
            {
                if (atEnd && start == end && cutOff is null) yield break;
                await FillAsync(ct);
            }
            else if (skip)
            {
                skip = false;
            }
            else
            {
                yield return next;
            }
        }
    }

    /// <summary>The next record in the window, or null when the window has to be filled first.</summary>
    private CsvRow? Next()
    {
        if (cutOff is not null) return EndOfCutOff();
        while (start < end)
        {
            var view = window.AsSpan(start, end - start);
            var scan = scanner.Scan(view, atEnd);
            if (scan is CsvScan.NeedsMore && view.Length < MaxRowLength) return null;
            if (scan is CsvScan.Record && view[0] is '\r' or '\n')
            {
                Pass(scanner.Consumed, rows: 1);        // a blank line
                continue;
            }
            return scan switch
            {
                CsvScan.Record => Record(view),
                CsvScan.TooManyColumns => Bad(view, scanner.Consumed, CsvRowError.TooManyColumns),
                _ => Broken(view),
            };
        }
        return null;
    }

    private CsvRow Record(ReadOnlySpan<char> view)
    {
        var fields = scanner.Fields;
        var values = new string[fields.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var field = fields[i];
            if (field.Length > MaxFieldLength) return Bad(view, scanner.Consumed, CsvRowError.FieldTooLong);
            var text = encoding.Decode(view.Slice(field.Start, field.Length));
            values[i] = field.Escaped ? scanner.Unescaped(text) : text;
        }
        var at = position;
        Pass(scanner.Consumed, rows: 1);
        return new CsvRow(at, position, values);
    }

    private CsvRow? Broken(ReadOnlySpan<char> view)
    {
        if (scanner.OpenQuoteAt < 0) return CutOff(view, CsvRowError.RowTooLong);

        // Only the line in which the quote was opened is given up; what follows it is read again as records.
        var lineEnd = LineEnd(view, scanner.OpenQuoteAt);
        if (lineEnd < 0) return CutOff(view, CsvRowError.UnclosedQuote);
        reread += scanner.Seen - lineEnd;
        if (reread > FreeReread + RereadFactor * position.Offset)
        {
            throw new CsvUnreadableException("import_unclosed_quotes", $"So many quotes are never closed that reading stopped at row {position.Row}.");
        }
        return Bad(view, lineEnd, CsvRowError.UnclosedQuote);
    }

    private CsvRow Bad(ReadOnlySpan<char> view, int consumed, CsvRowError error)
    {
        var (at, shown) = (position, Shown(view[..consumed]));
        Pass(consumed, rows: 1);
        return new CsvRow(at, position, [shown], error);
    }

    private CsvRow? CutOff(ReadOnlySpan<char> view, CsvRowError error)
    {
        cutOff = new CsvRow(position, default, [Shown(view)], error);
        Pass(view[^1] == '\r' ? view.Length - 1 : view.Length, rows: 0);
        return EndOfCutOff();
    }

    private CsvRow? EndOfCutOff()
    {
        var view = window.AsSpan(start, end - start);
        var lineEnd = LineEnd(view, 0);
        if (lineEnd < 0 && !atEnd)
        {
            Pass(view.Length > 0 && view[^1] == '\r' ? view.Length - 1 : view.Length, rows: 0);
            return null;
        }
        Pass(lineEnd < 0 ? view.Length : lineEnd, rows: 1);
        var bad = cutOff! with { Next = position };
        cutOff = null;
        return bad;
    }

    // Behind the first line break from a place on; -1 when it is not in the window, or may be only half of one.
    private int LineEnd(ReadOnlySpan<char> view, int from)
    {
        var found = view[from..].IndexOfAny('\r', '\n');
        if (found < 0) return -1;
        var at = from + found;
        if (view[at] == '\n') return at + 1;
        if (at + 1 == view.Length) return atEnd ? at + 1 : -1;
        return view[at + 1] == '\n' ? at + 2 : at + 1;
    }

    private string Shown(ReadOnlySpan<char> raw) =>
        encoding.Decode(raw[..Math.Min(raw.Length, ShownOfBadRow)]).TrimEnd('\r', '\n');

    private void Pass(int units, int rows)
    {
        start += units;
        position = new CsvPosition(position.Offset + (long)units * encoding.UnitSize, position.Row + rows);
    }

    private async ValueTask FillAsync(CancellationToken ct)
    {
        window.AsSpan(start, end - start).CopyTo(window);
        (start, end) = (0, end - start);
        if (end > window.Length / 2) Array.Resize(ref window, Math.Min(window.Length * 2, MaxRowLength));

        var wanted = (window.Length - end) * encoding.UnitSize;
        if (bytes.Length < wanted) bytes = new byte[wanted];
        var read = await stream.ReadAtLeastAsync(bytes.AsMemory(0, wanted), wanted, throwOnEndOfStream: false, ct);
        atEnd = read < wanted;
        var units = read / encoding.UnitSize;           // half a UTF-16 character at the very end is none
        encoding.Widen(bytes.AsSpan(0, units * encoding.UnitSize), window.AsSpan(end));
        end += units;
    }

    private async Task SeekAsync(CsvPosition from, CancellationToken ct)
    {
        (position, start, end, atEnd) = (from, 0, 0, false);
        if (stream.CanSeek)
        {
            stream.Seek(from.Offset, SeekOrigin.Begin);
            return;
        }
        var passed = new byte[64 * 1024];
        for (var left = from.Offset; left > 0;)
        {
            var read = await stream.ReadAsync(passed.AsMemory(0, (int)Math.Min(left, passed.Length)), ct);
            if (read == 0) return;
            left -= read;
        }
    }
}
