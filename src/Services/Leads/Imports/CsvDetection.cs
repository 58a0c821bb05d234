using Tideline.Platform.Text;

namespace Tideline.Leads.Imports;

/// <summary>Why a file is not taken. The code is part of the API, the detail is for the person who uploaded it.</summary>
internal sealed record CsvRefusal(string Code, string Detail);

/// <summary>What the user chose in place of what was detected.</summary>
internal sealed record CsvChoice(string? Encoding = null, char? Delimiter = null, bool? HasHeader = null);

/// <summary>
/// What the beginning of a file tells: how it is written, its columns and its first rows; or why it is refused.
/// <see cref="Sample"/> holds rows after the header, as many as the beginning of the file has, up to 200.
/// </summary>
internal sealed record CsvDetection(CsvDialect? Dialect, IReadOnlyList<string> Columns, IReadOnlyList<string[]> Sample, CsvRefusal? Refusal)
{
    /// <summary>How much of a file is looked at.</summary>
    public const int PrefixLength = 256 * 1024;

    private const int PreviewRows = 10;

    public IReadOnlyList<string[]> Preview => [.. Sample.Take(PreviewRows)];

    public static CsvDetection Refused(string code, string detail) => new(null, [], [], new CsvRefusal(code, detail));

    /// <summary>Reads the beginning of the stream. The stream is left where reading stopped.</summary>
    public static async Task<CsvDetection> OfAsync(Stream stream, CsvChoice? choice = null, CancellationToken ct = default)
    {
        var prefix = new byte[PrefixLength];
        var read = await stream.ReadAtLeastAsync(prefix, prefix.Length, throwOnEndOfStream: false, ct);
        return Of(prefix.AsSpan(0, read), isWhole: read < prefix.Length, choice);
    }

    /// <param name="prefix">The first bytes of the file.</param>
    /// <param name="isWhole">True when the file ends with them.</param>
    public static CsvDetection Of(ReadOnlySpan<byte> prefix, bool isWhole, CsvChoice? choice = null)
    {
        if (FileSignature.Refuse(prefix) is { } refusal) return new CsvDetection(null, [], [], refusal);

        var (encoding, mark) = EncodingDetection.Of(prefix);
        if (choice?.Encoding is { } chosen && chosen != encoding)
        {
            encoding = chosen;
            // The mark of UTF-8 is none in any other encoding either; the marks of UTF-16 are two bytes that could be text.
            mark = prefix.StartsWith(System.Text.Encoding.UTF8.Preamble) ? mark : 0;
        }
        var wide = Widened(prefix[mark..], encoding);
        if (wide.Contains('\0'))
        {
            return Refused("import_not_text", "The file has zero bytes in it, so it is not text. Export it as CSV and upload that.");
        }
        if (wide.AsSpan().Trim("\r\n\t ,;|").Length == 0) return Refused("import_empty", "The file has no rows.");

        var shape = CsvShape.Of(wide, isWhole, CsvEncoding.Of(encoding), choice?.Delimiter);
        if (shape.Width > CsvScanner.MaxColumns)
        {
            return Refused("import_too_many_columns", $"The file has more than {CsvScanner.MaxColumns:N0} columns.");
        }
        if (shape.Rows.Count == 0)
        {
            return Refused("import_bad_header", "The first row of the file cannot be read: a quote in it is never closed, or it is very long.");
        }

        var hasHeader = choice?.HasHeader ?? HeaderDetection.IsHeader(shape.Rows);
        if (hasHeader && shape.Rows.Count == 1 && shape.IsComplete)
        {
            return Refused("import_empty", "The file has names of columns and no rows below them.");
        }
        var start = mark + shape.Start * CsvEncoding.Of(encoding).UnitSize;
        return new CsvDetection(
            new CsvDialect(encoding, shape.Delimiter, shape.Quote, hasHeader, shape.NewLine, start),
            ColumnNames(shape.Rows, hasHeader),
            [.. shape.Rows.Skip(hasHeader ? 1 : 0)],
            Refusal: null);
    }

    // Without a header the widest row of the sample says how many columns there are.
    private static string[] ColumnNames(IReadOnlyList<string[]> rows, bool hasHeader)
    {
        var width = hasHeader ? rows[0].Length : rows.Max(x => x.Length);
        var names = new string[width];
        for (var i = 0; i < width; i++)
        {
            var name = hasHeader ? CsvFormula.Unescape(rows[0][i].Trim()) : "";
            names[i] = name.Length == 0 ? $"Column {i + 1}" : name;
        }
        return names;
    }

    private static string Widened(ReadOnlySpan<byte> bytes, string encoding)
    {
        var reader = CsvEncoding.Of(encoding);
        var units = bytes.Length / reader.UnitSize;
        var wide = new char[units];
        reader.Widen(bytes[..(units * reader.UnitSize)], wide);
        return new string(wide);
    }
}
