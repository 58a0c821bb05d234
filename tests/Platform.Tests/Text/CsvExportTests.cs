using System.Text;
using Tideline.Platform.Text;

namespace Tideline.Platform.Tests.Text;

public sealed class CsvExportTests
{
    [Fact]
    public async Task Writes_utf8_with_mark_header_and_quotes()
    {
        var text = await Exported([new("Name"), new("Note, more")], ["Ann", "plain"], ["Ö \"x\"", "a,b\r\nc"], [null, " edge "], ["a;b", "t\tt"]);
        Assert.Equal("\ufeffName,\"Note, more\"\r\nAnn,plain\r\n\"Ö \"\"x\"\"\",\"a,b\r\nc\"\r\n,\" edge \"\r\n\"a;b\",\"t\tt\"\r\n", text);
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1+1", "'+1+1")]
    [InlineData("-1+1", "'-1+1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1+1", "'\t=1+1")]
    [InlineData("\r=1+1", "'\r=1+1")]
    [InlineData("\n=1+1", "'\n=1+1")]
    [InlineData("＝1+1", "'＝1+1")]
    [InlineData("=cmd|'/C calc'!A0", "'=cmd|'/C calc'!A0")]
    [InlineData("=HYPERLINK(\"http://x\",\"y\")", "'=HYPERLINK(\"http://x\",\"y\")")]
    [InlineData("'=1+1", "''=1+1")]
    [InlineData("-5", "'-5")]
    [InlineData("+13079377505", "'+13079377505")]
    [InlineData("plain", "plain")]
    [InlineData("'quoted'", "'quoted'")]
    [InlineData("a=b", "a=b")]
    [InlineData("ann@lee.se", "ann@lee.se")]
    public async Task Text_never_runs_as_a_formula_and_comes_back_unchanged(string value, string written)
    {
        Assert.Equal(written, CsvFormula.Escape(value));
        Assert.Equal(value, CsvFormula.Unescape(written));
        var text = await Exported([new("x")], [value]);
        Assert.Contains(written.Replace("\"", "\"\""), text);
    }

    [Theory]
    [InlineData(CsvCell.Phone, "+13079377505", false)]
    [InlineData(CsvCell.Phone, "+1-307-937-7505x54026", false)]
    [InlineData(CsvCell.Phone, "(716)933-8844x39682", false)]
    [InlineData(CsvCell.Phone, "+1+cmd|' /C calc'!A0", true)]
    [InlineData(CsvCell.Phone, "=1", true)]
    [InlineData(CsvCell.Phone, "+A1", true)]
    [InlineData(CsvCell.Phone, "-1", true)]
    [InlineData(CsvCell.Phone, "+1\n=2", true)]
    [InlineData(CsvCell.Number, "-5", false)]
    [InlineData(CsvCell.Number, "-1234.50", false)]
    [InlineData(CsvCell.Number, "-1,50", false)]
    [InlineData(CsvCell.Number, "-1+1", true)]
    [InlineData(CsvCell.Number, "-A1", true)]
    [InlineData(CsvCell.Number, "+5", true)]
    [InlineData(CsvCell.Number, "-5\n", true)]
    public async Task Typed_columns_keep_only_what_they_promise(CsvCell kind, string value, bool escaped)
    {
        var text = await Exported([new("x", kind)], [value]);
        var line = text[(text.IndexOf("\r\n", StringComparison.Ordinal) + 2)..].TrimStart('"');
        Assert.Equal(escaped, line.StartsWith('\''));
        Assert.StartsWith((escaped ? "'" : "") + value, line);
    }

    [Fact]
    public async Task Names_of_columns_are_text_too() =>
        Assert.Contains("'=cmd", await Exported([new("=cmd"), new("b")], ["1", "2"]));

    [Fact]
    public async Task Holds_one_buffer_for_any_number_of_rows()
    {
        using var target = new CountingStream();
        await using (var export = new CsvExport(target, [new("a"), new("b")]))
        {
            await export.WriteHeaderAsync(TestContext.Current.CancellationToken);
            for (var i = 0; i < 100_000; i++) await export.WriteAsync(["some text", "é"], TestContext.Current.CancellationToken);
        }
        Assert.Equal(3 + 5 + 100_000 * 14, target.Written);
        Assert.True(target.Largest < 64 * 1024, $"{target.Largest} bytes at once");
    }

    [Fact]
    public async Task A_row_of_the_wrong_width_is_the_callers_fault()
    {
        await using var export = new CsvExport(Stream.Null, [new("a"), new("b")]);
        await Assert.ThrowsAsync<ArgumentException>(async () => await export.WriteAsync(["1"], TestContext.Current.CancellationToken));
    }

    private static async Task<string> Exported(CsvColumn[] columns, params string?[][] rows)
    {
        using var file = new MemoryStream();
        await using (var export = new CsvExport(file, columns))
        {
            await export.WriteHeaderAsync(TestContext.Current.CancellationToken);
            foreach (var row in rows) await export.WriteAsync(row, TestContext.Current.CancellationToken);
        }
        return Encoding.UTF8.GetString(file.ToArray());
    }

    private sealed class CountingStream : MemoryStream
    {
        public long Written { get; private set; }
        public int Largest { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Written += buffer.Length;
            Largest = Math.Max(Largest, buffer.Length);
            return ValueTask.CompletedTask;
        }
    }
}
