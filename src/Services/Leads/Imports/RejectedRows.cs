using Tideline.Platform.Text;

namespace Tideline.Leads.Imports;

/// <summary>
/// The file of rows that an import refused: the original columns, then the row's number and the reasons. Corrected, it can
/// be imported as it is: both added columns are known and left out.
/// </summary>
internal sealed class RejectedRows : IAsyncDisposable
{
    public const string NumberColumn = "row_number", ReasonColumn = "reason";

    private readonly CsvExport export;
    private readonly int width;

    public RejectedRows(Stream output, IReadOnlyList<string> columns, LeadMapping mapping)
    {
        width = columns.Count;
        var kinds = new CsvCell[width];
        foreach (var column in mapping.Columns.Where(x => x.Index >= 0 && x.Index < width)) kinds[column.Index] = KindOf(column.Field);
        export = new CsvExport(output,
        [
            .. columns.Select((name, index) => new CsvColumn(name, kinds[index])),
            new CsvColumn(NumberColumn, CsvCell.Number),
            new CsvColumn(ReasonColumn),
        ]);
    }

    public ValueTask WriteHeaderAsync(CancellationToken ct = default) => export.WriteHeaderAsync(ct);

    public ValueTask WriteAsync(CsvRow row, IReadOnlyList<RowProblem> problems, CancellationToken ct = default)
    {
        var cells = new string?[width + 2];
        for (var i = 0; i < Math.Min(width, row.Fields.Length); i++) cells[i] = row.Fields[i];
        cells[width] = row.Position.Row.ToString();
        cells[width + 1] = string.Join(" ", problems.Select(Sentence)) + Surplus(row);
        return export.WriteAsync(cells, ct);
    }

    public ValueTask DisposeAsync() => export.DisposeAsync();

    private static string Sentence(RowProblem problem) =>
        problem.Field == "row" ? problem.Reason : $"{problem.Field}: {problem.Reason}";

    // Values beyond the last column have no column here either; they must not vanish with the row.
    private string Surplus(CsvRow row) => row.Fields.Length > width ? " Values without a column: " + string.Join(" | ", row.Fields.Skip(width)) : "";

    private static CsvCell KindOf(LeadField? field) => field switch
    {
        LeadField.Phone or LeadField.Phone2 => CsvCell.Phone,
        LeadField.Value => CsvCell.Number,
        _ => CsvCell.Text,
    };
}
