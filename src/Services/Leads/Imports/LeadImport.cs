using Tideline.Platform.Data;

namespace Tideline.Leads.Imports;

/// <summary>A file of leads, from its upload to its end.</summary>
internal sealed class LeadImport : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required string FileName { get; init; }
    public long Size { get; set; }
    public byte[]? Sha256 { get; set; }
    public string? IdempotencyKey { get; set; }
    public ImportStatus Status { get; set; }
    public CsvDialect? Dialect { get; set; }
    public List<ImportColumn> Columns { get; set; } = [];
    public List<string[]> Preview { get; set; } = [];
    public ImportMapping? Mapping { get; set; }
    /// <summary>Known when the file was read to its end.</summary>
    public long? RowsTotal { get; set; }
    public long RowsDone { get; private set; }
    public long Created { get; private set; }
    public long Updated { get; private set; }
    public long Duplicates { get; private set; }
    public long Rejected { get; private set; }
    public long PositionOffset { get; private set; }
    public long PositionRow { get; private set; }
    public string? Error { get; private set; }
    public Guid? CreatedBy { get; init; }
    public Guid? StartedBy { get; private set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; private set; }
    public DateTimeOffset? FinishedAt { get; private set; }
    public DateTimeOffset? UndoStartedAt { get; private set; }
    public DateTimeOffset? UndoFinishedAt { get; private set; }
    public Guid? UndoLead { get; private set; }
    public Guid? UndoChange { get; private set; }
    public long UndoRemoved { get; private set; }
    public long UndoRestored { get; private set; }
    public long UndoKept { get; private set; }

    /// <summary>Where reading goes on, or null when it has not begun.</summary>
    public CsvPosition? Position => PositionRow == 0 ? null : new CsvPosition(PositionOffset, PositionRow);

    /// <summary>How far the reading is, from 0 to 100: by bytes, because how many rows follow nobody knows.</summary>
    public double Percent => Status is ImportStatus.Completed or ImportStatus.Undone ? 100 : PercentAt(PositionOffset, Size);

    public static double PercentAt(long offset, long size) => size == 0 ? 0 : Math.Round(Math.Min(99.9, 100.0 * offset / size), 1);
}

/// <summary>Where an import stands.</summary>
public enum ImportStatus
{
    /// <summary>The file is still coming in; nobody sees it.</summary>
    Uploading,
    /// <summary>The file is here; its columns have suggestions.</summary>
    Uploaded,
    /// <summary>The columns are mapped.</summary>
    Ready,
    /// <summary>Leads are being written.</summary>
    Running,
    /// <summary>Every row is a lead or was refused.</summary>
    Completed,
    /// <summary>Stopped at something that more attempts do not change; can be started again.</summary>
    Failed,
    /// <summary>Stopped by somebody; can be started again.</summary>
    Cancelled,
    /// <summary>Taken back.</summary>
    Undone,
}

/// <summary>A piece of the file.</summary>
internal sealed class ImportChunk : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required Guid ImportId { get; init; }
    public required int Number { get; init; }
    public required byte[] Data { get; init; }
}

/// <summary>A row that was refused: its cells and the reasons, both as JSON.</summary>
internal sealed class ImportRejection : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required Guid ImportId { get; init; }
    public required long Row { get; init; }
    public required string Cells { get; init; }
    public required string Problems { get; init; }
}
