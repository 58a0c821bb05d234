using System.ComponentModel.DataAnnotations;

namespace Tideline.Leads.Imports;

/// <summary>An import as the API shows it.</summary>
public sealed record ImportView
{
    public required Guid Id { get; init; }
    public required string FileName { get; init; }
    public required long Size { get; init; }
    public required ImportStatus Status { get; init; }
    public required string Encoding { get; init; }
    public required string Delimiter { get; init; }
    public required bool HasHeader { get; init; }
    public required IReadOnlyList<ImportColumn> Columns { get; init; }
    /// <summary>The first rows; left out of lists.</summary>
    public required IReadOnlyList<string[]> Preview { get; init; }
    /// <summary>Before it was saved: the suggestion.</summary>
    public ImportMapping? Mapping { get; init; }
    public long? RowsTotal { get; init; }
    public required long RowsDone { get; init; }
    public required long Created { get; init; }
    public required long Updated { get; init; }
    public required long Duplicates { get; init; }
    public required long Rejected { get; init; }
    public required double Percent { get; init; }
    public string? Error { get; init; }
    /// <summary>What became of undoing it, once somebody asked for that.</summary>
    public UndoView? Undo { get; init; }
    public Guid? CreatedBy { get; init; }
    public Guid? StartedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    internal static ImportView Of(LeadImport import, bool inList = false) => new()
    {
        Id = import.Id,
        FileName = import.FileName,
        Size = import.Size,
        Status = import.Status,
        Encoding = import.Dialect?.Encoding ?? "",
        Delimiter = import.Dialect?.Delimiter.ToString() ?? "",
        HasHeader = import.Dialect?.HasHeader ?? false,
        Columns = import.Columns,
        Preview = inList ? [] : import.Preview,
        Mapping = import.Mapping,
        RowsTotal = import.RowsTotal,
        RowsDone = import.RowsDone,
        Created = import.Created,
        Updated = import.Updated,
        Duplicates = import.Duplicates,
        Rejected = import.Rejected,
        Percent = import.Percent,
        Error = import.Error,
        Undo = import.UndoStartedAt is { } at ? new UndoView(at, import.UndoFinishedAt, import.UndoRemoved, import.UndoRestored, import.UndoKept) : null,
        CreatedBy = import.CreatedBy,
        StartedBy = import.StartedBy,
        CreatedAt = import.CreatedAt,
        StartedAt = import.StartedAt,
        FinishedAt = import.FinishedAt,
    };
}

/// <summary>How far undoing is: leads removed, leads that got earlier values back, and leads kept because somebody has worked on them since (the import's remaining leads).</summary>
public sealed record UndoView(DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, long Removed, long Restored, long Kept);

/// <summary>A column of the file.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Name">From the header, or its number.</param>
/// <param name="Sample">Some of its values.</param>
/// <param name="SuggestedField">What it probably is; absent: better left out.</param>
/// <param name="SuggestedName">Name of the custom field, when that is the suggestion.</param>
public sealed record ImportColumn(int Index, string Name, IReadOnlyList<string> Sample, string? SuggestedField = null, string? SuggestedName = null);

/// <summary>How the rows of a file become leads.</summary>
public sealed record ImportMapping
{
    /// <summary>What each column fills. Empty: only look at the file again, with what is said about it here.</summary>
    [MaxLength(CsvScanner.MaxColumns)] public required IReadOnlyList<ColumnMapping> Columns { get; init; }
    /// <summary>Whether the first row names the columns; absent: as detected.</summary>
    public bool? HasHeader { get; init; }
    /// <summary>The character between values; absent: as detected.</summary>
    public string? Delimiter { get; init; }
    /// <summary>Name of the encoding; absent: as detected.</summary>
    public string? Encoding { get; init; }
    /// <summary>Country of phone numbers without a country code; absent: the workspace's.</summary>
    public string? DefaultCountry { get; init; }
    /// <summary>Currency of amounts without one; absent: the workspace's.</summary>
    public string? DefaultCurrency { get; init; }
    /// <summary>For people who are leads already.</summary>
    public DuplicatePolicy DuplicatePolicy { get; init; } = DuplicatePolicy.Update;
    /// <summary>Stage by the words of the file. Words that are neither here nor a stage's name go to the first stage and are kept as a custom field.</summary>
    [MaxLength(1000)] public IReadOnlyDictionary<string, Guid>? StageMapping { get; init; }
}

/// <summary>What a column fills.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Field">Name of a field; absent or null: the column is left out.</param>
/// <param name="CustomName">Name of the custom field, with <c>custom</c>.</param>
public sealed record ColumnMapping(int Index, string? Field = null, string? CustomName = null);

/// <summary>What a start would do. Nothing was written.</summary>
public sealed record DryRunAnswer(long Rows, long Valid, long Rejected, long DuplicatesInFile, IReadOnlyList<SampleError> SampleErrors);

/// <summary>A value that would be refused.</summary>
public sealed record SampleError(long Row, string Field, string Reason, string? Value);
