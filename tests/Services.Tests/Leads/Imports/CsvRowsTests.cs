using System.Text;
using Tideline.Leads.Imports;
using static Tideline.Services.Tests.Leads.Imports.CsvFiles;

namespace Tideline.Services.Tests.Leads.Imports;

public sealed class CsvRowsTests
{
    // Everything that makes record boundaries hard to find, in one file.
    private const string Tricky =
        "id,text\r\n1,plain\n\n2,\"two\r\nlines, \"\"quoted\"\"\"\r\n   \r\n3,\"\"\r4,ö ä 😀 é\r\n5,\"unclosed\r\n6,\"six\"\r\n" +
        "7,a\"b\n\"8\" , \"spaced\" \n9\n10,x,y,z\n11,\"5\" pipe\"\n\r\n12,last";

    [Fact]
    public async Task Reads_what_people_write()
    {
        var rows = await Rows(Tricky);
        Assert.Equal(
            "id¦text\n1¦plain\n2¦two\r\nlines, \"quoted\"\n   \n3¦\n4¦ö ä 😀 é\n!unclosed_quote\n6¦six\n7¦a\"b\n8¦spaced\n9\n10¦x¦y¦z\n11¦5\" pipe\n12¦last",
            Shown(rows));
        // Blank lines are not yielded but count, as they do in a spreadsheet.
        Assert.Equal([1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16], rows.Select(x => x.Position.Row));
        Assert.Equal("5,\"unclosed", rows[6].Fields[0]);
        Assert.True(rows[3].IsBlank);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("windows-1252")]
    [InlineData("utf-16le")]
    [InlineData("utf-16be")]
    public async Task Resuming_at_any_row_gives_exactly_the_remaining_rows(string encoding)
    {
        var text = encoding == "windows-1252" ? Tricky.Replace("😀", "ÿ") : Tricky;
        var file = encoding switch
        {
            "utf-16le" => Encoding.Unicode.GetBytes(text),
            "utf-16be" => Encoding.BigEndianUnicode.GetBytes(text),
            "windows-1252" => Latin1(text),
            _ => Utf8(text),
        };
        var dialect = Comma(encoding: encoding);
        var all = await Rows(file, dialect);
        Assert.Equal(14, all.Count);
        for (var i = 0; i < all.Count; i++)
        {
            foreach (var seekable in new[] { true, false })
            {
                Assert.Equal(Shown(all.Skip(i)), Shown(await Rows(file, dialect, all[i].Position, seekable)));
                var rest = await Rows(file, dialect, all[i].Next, seekable);
                Assert.Equal(Shown(all.Skip(i + 1)), Shown(rest));
                Assert.Equal(all.Skip(i + 1).Select(x => x.Position), rest.Select(x => x.Position));
            }
        }
        Assert.Equal(file.Length, all[^1].Next.Offset);
    }

    [Fact]
    public async Task The_header_is_passed_over_only_at_the_beginning()
    {
        var file = Utf8("a,b\n1,2\n3,4\n");
        var rows = await Rows(file, Comma(hasHeader: true));
        Assert.Equal("1¦2\n3¦4", Shown(rows));
        Assert.Equal("3¦4", Shown(await Rows(file, Comma(hasHeader: true), rows[0].Next)));
    }

    [Fact]
    public async Task It_does_not_matter_where_the_window_ends()
    {
        // Rows longer and shorter than the window of 128 K, with a line break or quote at every place around its end.
        var expected = "a¦b\n" + new string('x', 100) + "¦\"q\"\nlast¦row";
        for (var pad = 131_072 - 130; pad < 131_072 + 10; pad++)
        {
            var rows = await Rows($"{new string('p', pad)},b\r\na,b\r\n{new string('x', 100)},\"\"\"q\"\"\"\r\nlast,row\r\n");
            Assert.Equal(pad, rows[0].Fields[0].Length);
            Assert.Equal(expected, Shown(rows.Skip(1)));
        }
    }

    [Fact]
    public async Task An_unclosed_quote_costs_its_line_and_nothing_else()
    {
        var text = new StringBuilder("name,email\n");
        for (var i = 0; i < 20_000; i++) text.Append(i == 50 ? $"\"n{i},e{i}\n" : i % 7 == 0 ? $"\"n{i}\",e{i}\n" : $"n{i},e{i}\n");
        var rows = await Rows(Utf8(text.ToString()), Comma(hasHeader: true));
        Assert.Equal(20_000, rows.Count);
        Assert.Equal(CsvRowError.UnclosedQuote, rows[50].Error);
        Assert.Equal("\"n50,e50", rows[50].Fields[0]);
        Assert.Equal("n49,e49,n51,e51", string.Join(',', rows[49].Fields.Concat(rows[51].Fields)));
        Assert.Equal(["n19999", "e19999"], rows[^1].Fields);
    }

    [Fact]
    public async Task An_unclosed_quote_with_megabytes_behind_it_costs_its_line_and_nothing_else()
    {
        var filler = string.Concat(Enumerable.Repeat("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,bbbbbbbbbbbbbb\n", 100_000));
        var rows = await Rows($"1,\"two\n{filler}3,4\n");
        Assert.Equal(100_002, rows.Count);
        Assert.Equal("!unclosed_quote", Shown(rows.Take(1)));
        Assert.Equal("3¦4", Shown(rows.TakeLast(1)));
    }

    // Without the bound it would not end today: the limit only keeps the run from hanging.
    [Fact(Timeout = 300_000)]
    public async Task Files_made_to_cost_a_scan_for_every_line_are_given_up_in_bounded_time()
    {
        // Each line opens a quote that is still open four megabytes later.
        var file = Utf8(string.Concat(Enumerable.Repeat(",\"\" \"\"\n", 1_500_000)));
        var error = await Assert.ThrowsAsync<CsvUnreadableException>(() => Rows(file));
        Assert.Equal("import_unclosed_quotes", error.Code);
    }

    /// <summary>Honest mistakes, however many, are no reason to stop: here every other line begins a quote that the next but one ends.</summary>
    [Fact]
    public async Task Many_unclosed_quotes_near_each_other_are_all_reported()
    {
        var rows = await Rows(string.Concat(Enumerable.Range(0, 100_000).Select(i => i % 2 == 0 ? $"{i},\"inch\n" : $"{i},fine\n")));
        Assert.Equal(100_000, rows.Count);
        Assert.Equal(50_000, rows.Count(x => x.Error == CsvRowError.UnclosedQuote));
        Assert.All(rows.Where((_, i) => i % 2 == 1), x => Assert.Null(x.Error));
    }

    [Fact]
    public async Task A_value_of_more_than_a_megabyte_is_a_bad_row()
    {
        var edge = new string('x', CsvRows.MaxFieldLength);
        var rows = await Rows($"1,{edge}\n2,{edge}y\n3,\"{edge}\"\n4,\"{edge}\n\"\n5,five\n");
        Assert.Equal("", Shown(rows.Where((_, i) => i is 1 or 3).Select(x => x with { Error = null, Fields = [] })).Trim());
        Assert.Equal([null, CsvRowError.FieldTooLong, null, CsvRowError.FieldTooLong, null], rows.Select(x => x.Error));
        Assert.Equal(1000, rows[1].Fields[0].Length);
        Assert.Equal("5¦five", Shown(rows.TakeLast(1)));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public async Task A_line_without_end_is_passed_over_without_being_held(string newLine)
    {
        for (var extra = -2; extra <= 2; extra++)
        {
            var line = new string('x', CsvRows.MaxRowLength * 2 + extra);
            var rows = await Rows($"a,b{newLine}{line}{newLine}c,d{newLine}");
            Assert.Equal("a¦b\n!row_too_long\nc¦d", Shown(rows));
            Assert.Equal([1, 2, 3], rows.Select(x => x.Position.Row));
            Assert.Equal("c¦d", Shown(await Rows(Utf8($"a,b{newLine}{line}{newLine}c,d{newLine}"), Comma(), rows[1].Next)));
        }
        Assert.Equal("!row_too_long", Shown(await Rows(new string('x', CsvRows.MaxRowLength * 2))));
        Assert.Equal("!unclosed_quote", Shown(await Rows('"' + new string('x', CsvRows.MaxRowLength * 2))));
    }

    [Fact]
    public async Task A_row_of_more_than_a_thousand_values_is_a_bad_row()
    {
        var rows = await Rows($"a,b\n{string.Concat(Enumerable.Repeat("x,", 1000))}\n{string.Concat(Enumerable.Repeat("y,", 999))}\nc,d\n");
        Assert.Equal([null, CsvRowError.TooManyColumns, null, null], rows.Select(x => x.Error));
        Assert.Equal(1000, rows[2].Fields.Length);
    }
}
