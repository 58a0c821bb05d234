using System.Text;
using Tideline.Leads.Imports;
using static Tideline.Services.Tests.Leads.Imports.CsvFiles;

namespace Tideline.Services.Tests.Leads.Imports;

public sealed class CsvDetectionTests
{
    private const string Body = "Name,Email,City\nAnn,ann@lee.se,Malmö\nBo,bo@ek.se,Växjö\nCy,cy@ask.se,Åre\n";

    [Theory]
    [InlineData(',')]
    [InlineData(';')]
    [InlineData('\t')]
    [InlineData('|')]
    public void Finds_the_separator(char delimiter)
    {
        var file = Detect(Body.Replace(',', delimiter));
        Assert.Equal(delimiter, file.Dialect!.Delimiter);
        Assert.Equal(["Name", "Email", "City"], file.Columns);
        Assert.Equal(["Ann", "ann@lee.se", "Malmö"], file.Preview[0]);
    }

    [Fact]
    public void Finds_the_separator_among_others_in_values()
    {
        var file = Detect("name;price;note\n\"Lee; Ann\";1,50;a,b,c\nBo;2,50;d,e,f\nCy;3,50;g\n");
        Assert.Equal(';', file.Dialect!.Delimiter);
        Assert.Equal("Lee; Ann", file.Preview[0][0]);

        Assert.Equal(',', Detect("name,email,tags\nAnn,ann@lee.se,a;b;c\nBo,bo@ek.se,d;e;f\n").Dialect!.Delimiter);
        Assert.Equal('\t', Detect("name\temail\nLee, Ann\tann@lee.se\nEk, Bo\tbo@ek.se\n").Dialect!.Delimiter);
    }

    [Fact]
    public void Finds_the_separator_of_ragged_rows()
    {
        var file = Detect("a;b;c;d\n1;2;3;4\n1;2;3\n1;2;3;4;5\n1;2;3;4\n");
        Assert.Equal(';', file.Dialect!.Delimiter);
        Assert.Equal(4, file.Columns.Count);
    }

    [Fact]
    public void A_single_column_needs_no_separator()
    {
        var file = Detect("Email\nann@lee.se\nbo@ek.se\n");
        Assert.Equal(["Email"], file.Columns);
        Assert.Equal(2, file.Preview.Count);
    }

    [Fact]
    public void Obeys_the_separator_line_of_excel()
    {
        var file = Detect("sep=;\r\nname;email\r\nAnn, Lee;ann@lee.se\r\n");
        Assert.Equal((';', 7), (file.Dialect!.Delimiter, file.Dialect.Start));
        Assert.Equal(["name", "email"], file.Columns);
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\n")]
    [InlineData("\r")]
    public void Finds_the_line_break(string newLine) => Assert.Equal(newLine, Detect(Body.Replace("\n", newLine)).Dialect!.NewLine);

    [Fact]
    public async Task Finds_the_encoding()
    {
        var cases = new (byte[] File, string Encoding, int Start)[]
        {
            (Utf8(Body), "utf-8", 0),
            ([.. Encoding.UTF8.Preamble, .. Utf8(Body)], "utf-8", 3),
            (Latin1(Body), "windows-1252", 0),
            ([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Body)], "utf-16le", 2),
            ([.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(Body)], "utf-16be", 2),
            (Encoding.Unicode.GetBytes(Body), "utf-16le", 0),
            (Encoding.BigEndianUnicode.GetBytes(Body), "utf-16be", 0),
        };
        foreach (var (file, encoding, start) in cases)
        {
            var found = Detect(file);
            Assert.Equal((encoding, start), (found.Dialect!.Encoding, found.Dialect.Start));
            Assert.Equal("Malmö¦Växjö¦Åre", string.Join('¦', found.Preview.Select(x => x[2])));
            Assert.Equal("Name", found.Columns[0]);
            Assert.Equal("Malmö¦Växjö¦Åre", string.Join('¦', (await Rows(file, found.Dialect)).Select(x => x.Fields[2])));
        }
    }

    [Fact]
    public void Reads_the_signs_of_windows()
    {
        byte[] file = [.. Latin1("name,price\nAnn,"), 0x80, .. Latin1("5 "), 0x96, .. Latin1(" caf\u00e9\n")];
        Assert.Equal("€5 – café", Detect(file).Preview[0][1]);
    }

    [Fact]
    public void One_value_in_another_encoding_does_not_spoil_the_rest()
    {
        byte[] file = [.. Utf8(Body), .. Latin1("Dan,dan@al.se,Sk\u00f6vde\n")];
        var found = Detect(file);
        Assert.Equal("utf-8", found.Dialect!.Encoding);
        Assert.Equal(["Malmö", "Växjö", "Åre", "Skövde"], found.Preview.Select(x => x[2]));
    }

    [Fact]
    public void A_character_cut_by_the_end_of_the_prefix_is_still_utf8()
    {
        var text = "name,city\n" + string.Concat(Enumerable.Repeat("Ann,Malmö\n", 30_000));
        var file = Utf8(text);
        for (var length = 1000; length < 1024; length++)
        {
            Assert.Equal("utf-8", CsvDetection.Of(file.AsSpan(0, length), isWhole: false).Dialect!.Encoding);
        }
    }

    [Theory]
    [InlineData("Ann,ann@lee.se,Oslo\nBo,bo@ek.se,Rome\n", false)]
    [InlineData("name,mail,city\nBo,bo@ek.se,Rome\n", true)]
    [InlineData("foo,bar\nx,y\n", true)]
    [InlineData("Ann,0701740605\nBo,0701740606\n", false)]
    [InlineData("Ann,https://lee.se\nBo,https://ek.se\n", false)]
    [InlineData("Phone,Phone\n0701740605,0701740606\n", true)]
    public void Finds_whether_there_is_a_header(string text, bool hasHeader)
    {
        var file = Detect(text);
        Assert.Equal(hasHeader, file.Dialect!.HasHeader);
        if (!hasHeader) Assert.Equal("Column 1", file.Columns[0]);
    }

    [Fact]
    public void Obeys_the_choice_of_the_user()
    {
        var file = Detect(Latin1("a;b,c\nü;2,3\n"), new CsvChoice(Encoding: "iso-8859-2", Delimiter: ',', HasHeader: false));
        Assert.Equal(("iso-8859-2", ',', false), (file.Dialect!.Encoding, file.Dialect.Delimiter, file.Dialect.HasHeader));
        Assert.Equal(["a;b", "c"], file.Preview[0]);
    }

    [Fact]
    public void A_byte_order_mark_is_never_part_of_a_name()
    {
        byte[] file = [.. Encoding.UTF8.Preamble, .. Utf8("name,city\nAnn,Oslo\n")];
        Assert.Equal("name", Detect(file, new CsvChoice(Encoding: "windows-1252")).Columns[0]);
        Assert.Equal("import_not_text", Detect(Encoding.Unicode.GetBytes("name,city\nAnn,Oslo\n"), new CsvChoice(Encoding: "windows-1252")).Refusal!.Code);
    }

    [Fact]
    public async Task Apostrophes_may_be_the_quotes()
    {
        var text = "'name','note'\n'Ann','a, b'\n'Bo','it''s'\n";
        var file = Detect(text);
        Assert.Equal('\'', file.Dialect!.Quote);
        Assert.Equal("Ann¦a, b\nBo¦it's", Shown(await Rows(Utf8(text), file.Dialect)));
        Assert.Equal('"', Detect("name,note\nO'Brien,it's\n'Neil,O'\n").Dialect!.Quote);
    }

    [Theory]
    [InlineData("", "import_empty")]
    [InlineData("\ufeff", "import_empty")]
    [InlineData("\r\n\r\n  \n", "import_empty")]
    [InlineData(",,,\n,,,\n", "import_empty")]
    [InlineData("name,email\n", "import_empty")]
    [InlineData("name,email", "import_empty")]
    [InlineData("PK\u0003\u0004xl/workbook.xml", "import_is_archive")]
    [InlineData("%PDF-1.7 abc", "import_not_text")]
    [InlineData("<!DOCTYPE html><html></html>", "import_not_text")]
    [InlineData("\ufeff  <html>", "import_not_text")]
    [InlineData("<?xml version=\"1.0\"?>", "import_not_text")]
    [InlineData("name,email\nAn\0n,b\n", "import_not_text")]
    [InlineData("\"name,email\nAnn,ann@lee.se\n", "import_bad_header")]
    public void Refuses_what_is_no_list_of_rows(string text, string code)
    {
        var file = Detect(text);
        Assert.Null(file.Dialect);
        Assert.Equal(code, file.Refusal!.Code);
        Assert.NotEmpty(file.Refusal.Detail);
    }

    [Fact]
    public void Refuses_other_files_by_their_first_bytes()
    {
        Assert.Equal("import_is_archive", Detect([0x1F, 0x8B, 8, 0, 1, 2]).Refusal!.Code);
        Assert.Equal("import_not_text", Detect([0x89, 0x50, 0x4E, 0x47, 13, 10]).Refusal!.Code);
        Assert.Equal("import_not_text", Detect([0xFF, 0xD8, 0xFF, 0xE0]).Refusal!.Code);
        Assert.Equal("import_not_text", Detect([0xD0, 0xCF, 0x11, 0xE0, 0xA1]).Refusal!.Code);
        Assert.Equal("import_not_text", Detect(Encoding.UTF32.GetPreamble().Concat(Encoding.UTF32.GetBytes("a,b\n1,2\n")).ToArray()).Refusal!.Code);
        var noise = new byte[5000];
        new Random(5).NextBytes(noise);
        Assert.Equal("import_not_text", Detect(noise).Refusal!.Code);
    }

    [Fact]
    public void Takes_two_hundred_columns_and_refuses_more_than_a_thousand()
    {
        Assert.Equal(200, Wide(200).Columns.Count);
        Assert.Equal(1000, Wide(1000).Columns.Count);
        Assert.Equal("import_too_many_columns", Wide(1001).Refusal!.Code);
        Assert.Equal("import_too_many_columns", Wide(1_000_000).Refusal!.Code);

        static CsvDetection Wide(int count) =>
            Detect(string.Join(',', Enumerable.Range(0, count).Select(i => "c" + i)) + "\n" + string.Join(',', Enumerable.Range(0, count)) + "\n");
    }

    [Fact]
    public void Keeps_header_names_that_occur_twice()
    {
        var file = Detect("Phone,Phone,\n+46701740605,+46701740606,x\n");
        Assert.Equal(["Phone", "Phone", "Column 3"], file.Columns);
    }

    [Fact]
    public void A_bad_row_in_the_sample_is_no_reason_to_refuse_the_file()
    {
        var file = Detect("name,email\nAnn,\"ann@lee.se\nBo,bo@ek.se\n");
        Assert.Null(file.Refusal);
        Assert.Equal(["Bo", "bo@ek.se"], Assert.Single(file.Preview));
        Assert.Null(Detect("name,email\nAnn,\"ann@lee.se\n").Refusal);
    }

    [Fact]
    public async Task Looks_only_at_the_beginning_of_a_stream()
    {
        using var file = new MemoryStream(Utf8("name,email\n" + string.Concat(Enumerable.Repeat("Ann,ann@lee.se\n", 100_000))));
        var found = await CsvDetection.OfAsync(file, ct: TestContext.Current.CancellationToken);
        Assert.Equal(CsvDetection.PrefixLength, file.Position);
        Assert.Equal(200, found.Sample.Count);
        Assert.Equal(10, found.Preview.Count);
    }
}
