namespace Tideline.Leads.Imports;

/// <summary>
/// How the characters at the beginning of a file fall into rows and columns, for the separator that explains them best.
/// </summary>
internal sealed record CsvShape(char Delimiter, char Quote, int Start, string NewLine, int Width, bool IsComplete, IReadOnlyList<string[]> Rows)
{
    private const int MaxRows = 201;

    public static CsvShape Of(string text, bool isWhole, CsvEncoding encoding, char? delimiter)
    {
        var start = 0;
        if (SeparatorLine(text) is { } line)
        {
            delimiter ??= line.Delimiter;
            start = line.Length;
        }
        var candidates = delimiter is { } given ? [given] : CsvDialect.Delimiters;
        var best = Best(candidates.Select(x => Read(text, start, isWhole, encoding, x, '"')));
        // Apostrophes are the quotes of some databases; a name such as O'Brien must not make them so.
        if (!text.Contains('"') && text.Contains('\''))
        {
            var other = Best(candidates.Select(x => Read(text, start, isWhole, encoding, x, '\'')));
            if (other.IsQuotedThroughout(text)) best = other;
        }
        return best;
    }

    // "sep=;" is how Excel is told the separator: it is no row.
    private static (char Delimiter, int Length)? SeparatorLine(string text)
    {
        if (text.Length < 6 || !text.StartsWith("sep=", StringComparison.OrdinalIgnoreCase) || text[5] is not ('\r' or '\n')) return null;
        if (!CsvDialect.CanSeparate(text[4])) return null;
        return (text[4], text.AsSpan(5).StartsWith("\r\n") ? 7 : 6);
    }

    private static CsvShape Best(IEnumerable<CsvShape> shapes) =>
        shapes.OrderByDescending(x => x.Score()).ThenByDescending(x => x.Width).First();

    /// <summary>How well the separator explains the rows: 0 when it never occurs, near 2 when all rows are as wide as the first.</summary>
    private double Score()
    {
        if (Rows.Count == 0) return Width > 1 ? 0.01 : 0;
        var usual = Rows.GroupBy(x => x.Length).OrderByDescending(x => x.Count()).ThenByDescending(x => x.Key).First();
        if (usual.Key < 2) return Width > 1 ? 0.01 : 0;
        var agreeing = (double)usual.Count() / Rows.Count;
        return agreeing + (Rows[0].Length == usual.Key ? 1 : 0);
    }

    private bool IsQuotedThroughout(string text)
    {
        var values = Rows.Sum(row => row.Length);
        var quotes = text.Count(c => c == '\'');
        return Score() > 1.5 && quotes >= values && Rows.Skip(1).All(row => row.Length == Rows[0].Length);
    }

    private static CsvShape Read(string text, int start, bool isWhole, CsvEncoding encoding, char delimiter, char quote)
    {
        var scanner = new CsvScanner(delimiter, quote);
        var rows = new List<string[]>();
        var newLine = "";
        var (at, width, broken) = (start, 0, 0);
        while (at < text.Length && rows.Count < MaxRows)
        {
            var view = text.AsSpan(at);
            var scan = scanner.Scan(view, isWhole);
            if (rows.Count == 0) width = Math.Max(width, scanner.Count);
            if (scan is CsvScan.UnclosedQuote)
            {
                var lineEnd = view[scanner.OpenQuoteAt..].IndexOf('\n');
                if (lineEnd < 0 || rows.Count == 0) break;
                at += scanner.OpenQuoteAt + lineEnd + 1;
                broken++;
                continue;
            }
            if (scan is CsvScan.NeedsMore || (scan is CsvScan.TooManyColumns && rows.Count == 0)) break;
            at += scanner.Consumed;
            if (newLine.Length == 0) newLine = LineBreak(view[..scanner.Consumed]);
            if (scan is CsvScan.Record && view[0] is not ('\r' or '\n')) rows.Add(Values(scanner, view, encoding));
        }
        return new CsvShape(delimiter, quote, start, newLine, width, isWhole && broken == 0 && at >= text.Length, rows);
    }

    private static string LineBreak(ReadOnlySpan<char> line) =>
        line.EndsWith("\r\n") ? "\r\n" : line.EndsWith("\n") ? "\n" : line.EndsWith("\r") ? "\r" : "";

    private static string[] Values(CsvScanner scanner, ReadOnlySpan<char> view, CsvEncoding encoding)
    {
        var values = new string[scanner.Fields.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var field = scanner.Fields[i];
            var value = encoding.Decode(view.Slice(field.Start, field.Length));
            values[i] = field.Escaped ? scanner.Unescaped(value) : value;
        }
        return values;
    }
}
