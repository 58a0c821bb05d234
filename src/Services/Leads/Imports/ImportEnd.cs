using System.Text;
using Npgsql;
using NpgsqlTypes;
using Tideline.Contracts.Leads;
using Tideline.Platform.Data;
using Tideline.Platform.Events;

namespace Tideline.Leads.Imports;

/// <summary>The ends of an import. Each happens once, whoever comes to it.</summary>
internal sealed class ImportEnd(ServiceDatabase<LeadsDb> database, LeadsDb db, TimeProvider clock)
{
    private const int MaxError = 1000;

    /// <summary>The file was read to its end: the numbers are final and the file is not needed any more.</summary>
    public async Task CompleteAsync(LeadImport import, CsvPosition end, CancellationToken ct)
    {
        await using var transaction = await database.BeginAsync(import.TenantId, ct);
        ImportCompleted completed;
        await using (var command = transaction.Command("""
            update import_job set status = 'completed', rows_total = rows_done, finished_at = $3, error = null
            where tenant_id = $1 and id = $2 and status = 'running' and position_offset = $4 and position_row = $5
            returning created, updated, duplicates, rejected
            """, import.TenantId, import.Id, clock.GetUtcNow(), end.Offset, end.Row))
        {
            await using var reader = await command.ExecuteReaderAsync(ct);
            if (!await reader.ReadAsync(ct)) throw new ImportStoppedException();
            completed = new ImportCompleted
            {
                ImportId = import.Id,
                FileName = import.FileName,
                Created = reader.GetInt64(0),
                Updated = reader.GetInt64(1),
                Duplicates = reader.GetInt64(2),
                Rejected = reader.GetInt64(3),
                StartedBy = import.StartedBy,
            };
        }
        await transaction.ExecuteAsync("delete from import_chunk where tenant_id = $1 and import_id = $2", [import.TenantId, import.Id], ct);
        await using (var command = new NpgsqlCommand(OutboxSql.Insert, transaction.Connection))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = OutboxSql.Json([completed], import.TenantId), NpgsqlDbType = NpgsqlDbType.Json });
            await command.ExecuteNonQueryAsync(ct);
        }
        await transaction.CommitAsync(ct);
        db.OutboxWritten();
    }

    /// <summary>It cannot go on; what was imported stays, and a start goes on from there.</summary>
    public async Task FailAsync(LeadImport import, string reason, CancellationToken ct)
    {
        var told = new StringBuilder(reason.Replace('\0', ' '));
        if (told.Length > MaxError) told.Length = MaxError;
        await using var transaction = await database.BeginAsync(import.TenantId, ct);
        await transaction.ExecuteAsync(
            "update import_job set status = 'failed', error = $3, finished_at = $4 where tenant_id = $1 and id = $2 and status = 'running'",
            [import.TenantId, import.Id, told.ToString(), clock.GetUtcNow()], ct);
        await transaction.CommitAsync(ct);
    }
}
