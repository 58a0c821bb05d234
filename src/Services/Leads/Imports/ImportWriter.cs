using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Tideline.Platform.Data;
using Tideline.Platform.Events;

namespace Tideline.Leads.Imports;

/// <summary>A row that was read: a draft, or the reasons against it.</summary>
internal sealed record ReadRow(CsvRow Row, LeadDraft? Draft, IReadOnlyList<RowProblem> Problems);

/// <summary>The next rows of an import, from one position to another. Blank rows between them are passed over.</summary>
internal sealed record ImportBatch(IReadOnlyList<ReadRow> Rows, CsvPosition From, CsvPosition To);

/// <summary>The import is somebody else's business by now: it was cancelled, or another runner has gone on with it.</summary>
internal sealed class ImportStoppedException() : Exception("The import was stopped, or goes on elsewhere.");

/// <summary>
/// Writes the rows of a batch, and that they are done, in one transaction. The place up to which the file was read is compared in that
/// transaction: whoever comes with rows that are done already, after a crash or beside another runner, writes nothing.
/// </summary>
internal sealed class ImportWriter(ServiceDatabase<LeadsDb> database, LeadIntake intake)
{
    private const string Progress = """
        update import_job set rows_done = rows_done + $3, created = created + $4, updated = updated + $5, duplicates = duplicates + $6,
            rejected = rejected + $7, position_offset = $8, position_row = $9
        where tenant_id = $1 and id = $2 and status = 'running' and position_offset = $10 and position_row = $11
        """;

    private const string Reject = """
        insert into import_rejection (tenant_id, import_id, row, cells, problems)
        select $1, $2, r.row, r.cells, r.problems from json_to_recordset($3::json) as r (row bigint, cells text, problems text)
        """;

    /// <summary>Writes a batch. A row that the database does not take is refused alone, with the others written.</summary>
    /// <exception cref="ImportStoppedException">Nothing was written.</exception>
    public async Task WriteAsync(LeadImport import, DuplicatePolicy policy, ImportBatch batch, CancellationToken ct)
    {
        var drafts = batch.Rows.Where(r => r.Draft is not null).Select(r => r.Draft!).ToList();
        if (drafts.Count == 0)
        {
            await using var transaction = await database.BeginAsync(import.TenantId, ct);
            await RecordAsync(transaction, import, batch, [], ct);
            await transaction.CommitAsync(ct);
            return;
        }
        try
        {
            await intake.WriteAsync(drafts, policy, (transaction, results) => RecordAsync(transaction, import, batch, results, ct), ct);
        }
        catch (PostgresException e) when (IsAboutData(e))
        {
            foreach (var part in Parts(batch)) await WriteAsync(import, policy, part, ct);
        }
    }

    private static async Task RecordAsync(
        ServiceTransaction transaction, LeadImport import, ImportBatch batch, IReadOnlyList<IntakeResult> results, CancellationToken ct)
    {
        var refused = batch.Rows.Where(r => r.Draft is null).ToList();
        if (refused.Count > 0)
        {
            await using var command = transaction.Command(Reject, import.TenantId, import.Id);
            var rows = refused.Select(r => new { row = r.Row.Position.Row, cells = JsonSerializer.Serialize(r.Row.Fields), problems = JsonSerializer.Serialize(r.Problems) });
            command.Parameters.Add(new NpgsqlParameter { Value = JsonSerializer.Serialize(rows), NpgsqlDbType = NpgsqlDbType.Json });
            await command.ExecuteNonQueryAsync(ct);
        }
        var changed = await transaction.ExecuteAsync(Progress,
        [
            import.TenantId, import.Id, (long)batch.Rows.Count,
            Count(Intake.Created), Count(Intake.Updated), Count(Intake.Duplicate), (long)refused.Count,
            batch.To.Offset, batch.To.Row, batch.From.Offset, batch.From.Row,
        ], ct);
        CrashPoints.Hit("leads.import.batch");
        if (changed == 0) throw new ImportStoppedException();

        long Count(Intake outcome) => results.LongCount(r => r.Outcome == outcome);
    }

    // Values that a check of ours has let through: the row is at fault, not the database.
    private static bool IsAboutData(PostgresException e) =>
        e.SqlState.StartsWith("22", StringComparison.Ordinal) || e.SqlState is PostgresErrorCodes.CheckViolation or PostgresErrorCodes.NotNullViolation
            or PostgresErrorCodes.ProgramLimitExceeded or PostgresErrorCodes.ForeignKeyViolation;

    private static IEnumerable<ImportBatch> Parts(ImportBatch batch)
    {
        if (batch.Rows.Count == 1)
        {
            var row = batch.Rows[0];
            return [batch with { Rows = [row with { Draft = null, Problems = [new RowProblem("row", null, "The row has a value that cannot be stored.")] }] }];
        }
        var half = batch.Rows.Count / 2;
        var middle = batch.Rows[half - 1].Row.Next;
        return [new ImportBatch([.. batch.Rows.Take(half)], batch.From, middle), new ImportBatch([.. batch.Rows.Skip(half)], middle, batch.To)];
    }
}
