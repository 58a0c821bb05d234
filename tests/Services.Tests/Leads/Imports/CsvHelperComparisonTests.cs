using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;
using FsCheck;
using FsCheck.Fluent;
using Tideline.Leads.Imports;
using Tideline.Platform.Text;
using static Tideline.Services.Tests.Leads.Imports.CsvFiles;

namespace Tideline.Services.Tests.Leads.Imports;

/// <summary>Well-formed files mean to our reader what they mean to CsvHelper, and what was written reads back.</summary>
public sealed class CsvHelperComparisonTests
{
    private static readonly char[] Special = [.. ",;\t|\"\r\n"];

    // Few characters, so that the interesting ones meet.
    private static readonly Gen<string> Cell =
        Gen.Elements("", "a", "bc", "\"", "\"\"", ",", ";", "\r\n", "\n", "\r", " ", "\t", "'", "=", "+", "-", "@", "5", "é", "😀", "|", "#").ListOf()
            .Select(parts => string.Concat(parts.Take(6)));

    private static readonly Gen<string[][]> Rows_ =
        from width in Gen.Choose(1, 5)
        from rows in Cell.ArrayOf(width).ListOf()
        select rows.ToArray();

    [Fact]
    public void What_csvhelper_writes_reads_the_same()
    {
        var files =
            from rows in Rows_
            from delimiter in Gen.Elements(",", ";", "\t", "|")
            from newLine in Gen.Elements("\r\n", "\n", "\r")
            select (rows, delimiter, newLine);
        Prop.ForAll(Arb.From(files), file =>
        {
            var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
            {
                Delimiter = file.delimiter,
                NewLine = file.newLine,
                // By itself it leaves a line feed unquoted when lines end otherwise.
                ShouldQuote = x => string.IsNullOrWhiteSpace(x.Field) || x.Field.AsSpan().Trim().Length != x.Field.Length || x.Field.IndexOfAny(Special) >= 0,
            };
            using var text = new StringWriter();
            using (var writer = new CsvWriter(text, configuration, leaveOpen: true))
            {
                foreach (var row in file.rows)
                {
                    foreach (var cell in row) writer.WriteField(cell);
                    writer.NextRecord();
                }
            }
            var read = Rows(Utf8(text.ToString()), Comma(delimiter: file.delimiter[0])).GetAwaiter().GetResult();
            return Same(file.rows, read.Select(x => x.Fields));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void Files_of_any_characters_that_csvhelper_reads_without_complaint_read_the_same()
    {
        var compared = 0;
        Prop.ForAll(Arb.From(Cell.ListOf().Select(x => string.Concat(x))), text =>
        {
            // Left out: blanks around quotes, which we take off, and quotes that are never closed, which CsvHelper closes at the end.
            if (CsvHelperReads(text) is not { } expected || text.Count(c => c == '"') % 2 > 0 || text.Contains(" \"") || text.Contains("\" ") || text.Contains("\"\t") || text.Contains("\t\"")) return true;
            compared++;
            return Same(expected, Rows(text).GetAwaiter().GetResult().Select(x => x.Fields));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
        Assert.True(compared > 500, $"{compared} compared");
    }

    [Fact]
    public void What_we_export_reads_back()
    {
        Prop.ForAll(Arb.From(Rows_), rows =>
        {
            using var file = new MemoryStream();
            var width = rows.Length == 0 ? 1 : rows[0].Length;
            Export(file, [.. Enumerable.Range(0, width).Select(i => new CsvColumn("c" + i))], rows);
            var read = Rows(file.ToArray(), Comma(hasHeader: true) with { Start = 3 }).GetAwaiter().GetResult();
            return Same(rows, read.Select(x => x.Fields.Select(CsvFormula.Unescape).ToArray()))
                && read.All(x => x.Fields.All(cell => cell.Length == 0 || !"=+-@\t\r\n".Contains(cell[0])));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void What_we_export_is_detected_as_what_it_is()
    {
        using var file = new MemoryStream();
        Export(file, [new("Name"), new("Note")], [["Ann", "a;b;c\td|e"], ["Bo", "say \"hi\",\r\nthen;go"]]);
        var found = Detect(file.ToArray());
        Assert.Equal(("utf-8", ',', true, 3), (found.Dialect!.Encoding, found.Dialect.Delimiter, found.Dialect.HasHeader, found.Dialect.Start));
        Assert.Equal("say \"hi\",\r\nthen;go", found.Preview[1][1]);
    }

    private static void Export(Stream file, CsvColumn[] columns, IEnumerable<string[]> rows)
    {
        var export = new CsvExport(file, columns);
        export.WriteHeaderAsync().AsTask().GetAwaiter().GetResult();
        foreach (var row in rows) export.WriteAsync(row).AsTask().GetAwaiter().GetResult();
        export.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private static List<string[]>? CsvHelperReads(string text)
    {
        var complained = false;
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            HasHeaderRecord = false,
            BadDataFound = _ => complained = true,
            MissingFieldFound = null,
        };
        using var parser = new CsvParser(new StringReader(text), configuration);
        var rows = new List<string[]>();
        while (parser.Read()) rows.Add([.. parser.Record!]);
        return complained ? null : rows;
    }

    private static bool Same(IEnumerable<string[]> expected, IEnumerable<string[]> actual)
    {
        var (a, b) = (expected.ToList(), actual.ToList());
        return a.Count == b.Count && a.Zip(b).All(x => x.First.SequenceEqual(x.Second));
    }
}
