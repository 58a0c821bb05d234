using System.Buffers;
using System.Text;

namespace Tideline.Platform.Text;

/// <summary>
/// The one way out for CSV: rows are streamed as UTF-8 with a byte order mark (spreadsheets need it), quoted by RFC 4180,
/// with formulas made inert. It holds one buffer, however many rows pass through. The stream stays open.
/// </summary>
public sealed class CsvExport(Stream output, IReadOnlyList<CsvColumn> columns) : IAsyncDisposable
{
    private const int FlushAt = 32 * 1024;

    // Other separators are quoted as well: a spreadsheet set to semicolons must not cut a text in two.
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create("\",;\t|\r\n");

    private readonly ArrayBufferWriter<byte> buffer = new(FlushAt + 4096);

    /// <summary>Writes the byte order mark and the names of the columns.</summary>
    public ValueTask WriteHeaderAsync(CancellationToken ct = default)
    {
        buffer.Write(Encoding.UTF8.Preamble);
        for (var i = 0; i < columns.Count; i++) Append(i, CsvFormula.Escape(columns[i].Name));
        return EndRowAsync(ct);
    }

    /// <summary>Writes one row with a cell for each column; null is an empty cell.</summary>
    public ValueTask WriteAsync(IReadOnlyList<string?> cells, CancellationToken ct = default)
    {
        if (cells.Count != columns.Count)
        {
            throw new ArgumentException($"The row has {cells.Count} cells for {columns.Count} columns.", nameof(cells));
        }
        for (var i = 0; i < cells.Count; i++) Append(i, cells[i] is { Length: > 0 } value ? columns[i].Safe(value) : "");
        return EndRowAsync(ct);
    }

    /// <summary>Hands everything written so far to the stream.</summary>
    public async ValueTask FlushAsync(CancellationToken ct = default)
    {
        await output.WriteAsync(buffer.WrittenMemory, ct);
        buffer.ResetWrittenCount();
        await output.FlushAsync(ct);
    }

    public ValueTask DisposeAsync() => buffer.WrittenCount == 0 ? ValueTask.CompletedTask : FlushAsync();

    private void Append(int column, string value)
    {
        if (column > 0) buffer.Write(","u8);
        // An empty cell alone in its row is quoted: a blank line would be no row at all.
        var quoted = value.Length == 0
            ? columns.Count == 1
            : value.AsSpan().ContainsAny(NeedsQuotes) || char.IsWhiteSpace(value[0]) || char.IsWhiteSpace(value[^1]);
        if (!quoted)
        {
            Encoding.UTF8.GetBytes(value, buffer);
            return;
        }
        buffer.Write("\""u8);
        var rest = value.AsSpan();
        while (rest.IndexOf('"') is >= 0 and var quote)
        {
            Encoding.UTF8.GetBytes(rest[..(quote + 1)], buffer);
            buffer.Write("\""u8);
            rest = rest[(quote + 1)..];
        }
        Encoding.UTF8.GetBytes(rest, buffer);
        buffer.Write("\""u8);
    }

    private async ValueTask EndRowAsync(CancellationToken ct)
    {
        buffer.Write("\r\n"u8);
        if (buffer.WrittenCount < FlushAt) return;
        await output.WriteAsync(buffer.WrittenMemory, ct);
        buffer.ResetWrittenCount();
    }
}
