using System.Text;
using Tideline.Leads.Imports;
using static Tideline.Services.Tests.Leads.Imports.CsvFiles;

namespace Tideline.Services.Tests.Leads.Imports;

public sealed class RejectedRowsTests
{
    private const string Source =
        "Name;Email;Phone;Value;Note\n" +
        "Ann;ann@lee.se;+46701740605;5;good\n" +
        "Bo;nobody;+1-307-937-750;-5;=1+1\n" +
        "Cy;cy@ask.se;;lots;\"two\nlines\"\n" +
        "Dan;\"dan@al.se\n" +
        "Eve;eve@ek.se;;;;surplus\n";

    [Fact]
    public async Task Holds_the_original_values_the_row_number_and_the_reasons()
    {
        var rows = await Read(await Rejected(Utf8(Source)));
        Assert.Equal(["Name", "Email", "Phone", "Value", "Note", "row_number", "reason"], rows.Columns);
        Assert.Equal(["3", "4", "5", "6"], rows.Sample.Select(x => x[5]));
        Assert.Equal(["Bo", "nobody", "+1-307-937-750", "-5", "'=1+1"], rows.Sample[0].Take(5));
        Assert.Contains("email: The e-mail address has no @.", rows.Sample[0][6]);
        Assert.Contains("phone: ", rows.Sample[0][6]);
        Assert.Equal("two\nlines", rows.Sample[1][4]);
        Assert.Equal("Dan;\"dan@al.se", rows.Sample[2][0]);
        Assert.Contains("never closed", rows.Sample[2][6]);
        Assert.Contains("Values without a column: surplus", rows.Sample[3][6]);
    }

    /// <summary>Corrected where it must be, the file imports with the suggestions it gets, and nothing has changed on the way.</summary>
    [Fact]
    public async Task Imports_again_after_a_correction()
    {
        var text = Encoding.UTF8.GetString(await Rejected(Utf8(Source))).Replace("nobody", "bo@ek.se").Replace(",-5,", ",5,");
        var file = await Read(Utf8(text));
        var suggestions = ColumnSuggestions.For(file);
        Assert.Equal([null, null], suggestions.TakeLast(2).Select(x => x.Field));
        var reader = new LeadRowReader(Mapping(suggestions), file.Columns);
        var lead = reader.Read(new CsvRow(default, default, file.Sample[0])).Lead!;
        Assert.Equal(("Bo", "bo@ek.se", "+1-307-937-750", "=1+1"), (lead.FirstName, lead.Email!.Address, lead.Phone!.Typed, lead.Notes));
        Assert.Equal(500, lead.Value!.Value.Amount);
    }

    private static LeadMapping Mapping(IEnumerable<ColumnSuggestion> suggestions) =>
        new([.. suggestions.Select(x => new ColumnTarget(x.Index, x.Field, x.CustomName))], "SE", "SEK");

    private static Task<CsvDetection> Read(byte[] file) => Task.FromResult(Detect(file));

    private static async Task<byte[]> Rejected(byte[] source)
    {
        var file = Detect(source);
        var mapping = Mapping(ColumnSuggestions.For(file));
        var reader = new LeadRowReader(mapping, file.Columns);
        using var output = new MemoryStream();
        await using (var rejected = new RejectedRows(output, file.Columns, mapping))
        {
            await rejected.WriteHeaderAsync(TestContext.Current.CancellationToken);
            foreach (var row in await Rows(source, file.Dialect))
            {
                var result = reader.Read(row);
                if (result.Rejections.Count > 0) await rejected.WriteAsync(row, result.Rejections, TestContext.Current.CancellationToken);
            }
        }
        return output.ToArray();
    }
}
