using System.Text;
using Tideline.Leads.Imports;
using static Tideline.Services.Tests.Leads.Imports.CsvFiles;

namespace Tideline.Services.Tests.Leads.Imports;

/// <summary>Whatever is uploaded ends in a refusal with a code, in leads, or in rejected rows; never in an exception.</summary>
public sealed class HostileFilesTests
{
    private static readonly string[] Parts =
    [
        "Ann", "ann@lee.se", "+46 70 174 06 05", ",", ",", ";", "\t", "|", "\n", "\n", "\r\n", "\r", "\"", "\"", "\"\"", "'", " ", "\0", "\u001b", "=1+1",
        "é", "😀", "e\u0301", "\u202e", "\u200b", "\ufeff", "2024-01-31", "1.234,50 €", "x", "n/a", "\u00ff",
    ];

    [Fact]
    public async Task Any_file_ends_well_and_resumes_exactly()
    {
        var random = new Random(20240131);
        int read = 0, refused = 0;
        for (var round = 0; round < 3000; round++)
        {
            var file = Made(random);
            var found = Detect(file);
            if (found.Dialect is not { } dialect)
            {
                refused++;
                Assert.NotEmpty(found.Refusal!.Detail);
                continue;
            }
            read++;
            var suggestions = ColumnSuggestions.For(found);
            Assert.Equal(found.Columns.Count, suggestions.Count);
            var mapping = new LeadMapping([.. suggestions.Select(x => new ColumnTarget(x.Index, x.Field, x.CustomName))], "SE", "SEK");
            Assert.DoesNotContain(mapping.Problems(found.Columns), x => x.Index >= 0 && !x.Message.Contains("control characters"));

            var reader = new LeadRowReader(mapping, found.Columns);
            var rows = await Rows(file, dialect);
            var at = new CsvPosition(dialect.Start, 0);
            foreach (var row in rows)
            {
                Assert.True(row.Position.Offset >= at.Offset && row.Position.Row > at.Row && row.Next.Offset > row.Position.Offset);
                Assert.True(row.Fields.Length > 0);
                at = row.Next with { Row = row.Position.Row };
                var result = reader.Read(row);
                Assert.True(result.Lead is null || result.Rejections.Count == 0);
                Assert.All(result.Rejections, x => Assert.NotEmpty(x.Reason));
            }
            Assert.True(at.Offset <= file.Length);
            if (rows.Count > 0)
            {
                var from = random.Next(rows.Count);
                Assert.Equal(Shown(rows.Skip(from)), Shown(await Rows(file, dialect, rows[from].Position)));
            }
        }
        Assert.True(read > 1000 && refused > 100, $"{read} read, {refused} refused");
    }

    private static byte[] Made(Random random)
    {
        var text = new StringBuilder(random.Next(3) > 0 ? "Name,Email,Phone\n" : "");
        for (var i = random.Next(60); i >= 0; i--) text.Append(Parts[random.Next(random.Next(2) == 0 ? 16 : Parts.Length)]);
        var file = random.Next(6) switch
        {
            0 => Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(text.ToString())).ToArray(),
            1 => Encoding.BigEndianUnicode.GetPreamble().Concat(Encoding.BigEndianUnicode.GetBytes(text.ToString())).ToArray(),
            2 => Encoding.Latin1.GetBytes(text.ToString()),
            3 => [.. Encoding.UTF8.Preamble, .. Utf8(text.ToString())],
            _ => Utf8(text.ToString()),
        };
        // Some bytes damaged, some cut off.
        for (var i = random.Next(8) - 4; i > 0; i--) file[random.Next(file.Length)] = (byte)random.Next(1, 256);
        return random.Next(5) == 0 ? file[..random.Next(file.Length)] : file;
    }
}
