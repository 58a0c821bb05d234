using Tideline.Platform.Api;
using Tideline.Platform.Text;

namespace Tideline.Leads.Imports;

/// <summary>Puts what the beginning of a file tells on its import: columns, first rows, and the mapping that is suggested.</summary>
internal static class FileReading
{
    private const int SampleValues = 5;
    private const int ShownOfValue = 200;

    /// <exception cref="Problem">422 with the code of the refusal.</exception>
    public static CsvDetection Detect(byte[] first, int length, bool isWhole, CsvChoice? choice = null)
    {
        var found = CsvDetection.Of(first.AsSpan(0, length), isWhole, choice);
        return found.Refusal is { } refusal ? throw new Problem(422, refusal.Code, "The file cannot be imported.", refusal.Detail) : found;
    }

    public static void Describe(LeadImport import, CsvDetection found)
    {
        var suggestions = ColumnSuggestions.For(found);
        import.Dialect = found.Dialect;
        import.Columns = [.. found.Columns.Select((name, index) => new ImportColumn(
            index, name, Sample(found.Sample, index), Field(suggestions[index].Field), suggestions[index].CustomName))];
        import.Preview = [.. found.Preview.Select(row => row.Select(Shown).ToArray())];
    }

    /// <summary>The mapping that comes about when somebody only clicks "next".</summary>
    public static IReadOnlyList<ColumnMapping> Suggested(IEnumerable<ImportColumn> columns) =>
        [.. columns.Select(c => new ColumnMapping(c.Index, c.SuggestedField, c.SuggestedName))];

    private static string? Field(LeadField? field) => field is { } known ? LeadMapping.Named(known) : null;

    private static List<string> Sample(IReadOnlyList<string[]> rows, int column) =>
        [.. rows.Where(r => column < r.Length && !string.IsNullOrWhiteSpace(r[column])).Select(r => Shown(r[column])).Distinct().Take(SampleValues)];

    private static string Shown(string value) => value.Length <= ShownOfValue ? value : string.Concat(value.AsSpan(0, ShownOfValue), "…");
}
