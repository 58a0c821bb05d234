using System.Globalization;
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

    // Leads that were changed by more than one batch, and each field of theirs before the first change and after the last.
    private const string Unchanged = """
        with repeated as (
            select lead_id, sum(coalesce((data ->> 'rows')::bigint, 1)) as rows from lead_activity
            where tenant_id = $1 and data ->> 'importId' = $2 and actor_kind = 'import' and type = 'updated'
            group by lead_id having count(*) > 1),
        net as (
            select r.lead_id, (array_agg(c ->> 'before' order by a.at, a.id))[1] as before, (array_agg(c ->> 'after' order by a.at desc, a.id desc))[1] as after
            from repeated r
            join lead_activity a on a.tenant_id = $1 and a.lead_id = r.lead_id and a.data ->> 'importId' = $2 and a.actor_kind = 'import' and a.type = 'updated'
            cross join jsonb_array_elements(a.changes) c
            group by r.lead_id, c ->> 'field')
        select coalesce(sum(rows), 0) from repeated where lead_id not in (select lead_id from net where before is distinct from after)
        """;

    /// <summary>The file was read to its end: the numbers are final and the file is not needed any more.</summary>
    public async Task CompleteAsync(LeadImport import, CsvPosition end, CancellationToken ct)
    {
        await using var transaction = await database.BeginAsync(import.TenantId, ct);
        var unchanged = await UnchangedRowsAsync(transaction, import, ct);
        ImportCompleted completed;
        await using (var command = transaction.Command("""
            update import_job set status = 'completed', rows_total = rows_done, finished_at = $3, error = null,
                updated = updated - $6, duplicates = duplicates + $6
            where tenant_id = $1 and id = $2 and status = 'running' and position_offset = $4 and position_row = $5
            returning created, updated, duplicates, rejected
            """, import.TenantId, import.Id, clock.GetUtcNow(), end.Offset, end.Row, unchanged))
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

    // Several rows of one person, far apart in the file, may change a lead and change it back: where it stands as before, they were duplicates.
    private static async Task<long> UnchangedRowsAsync(ServiceTransaction transaction, LeadImport import, CancellationToken ct)
    {
        await using var command = transaction.Command(Unchanged, import.TenantId, import.Id.ToString());
        return Convert.ToInt64(await command.ExecuteScalarAsync(ct), CultureInfo.InvariantCulture);
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
