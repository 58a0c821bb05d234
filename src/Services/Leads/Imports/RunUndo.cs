using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using Tideline.Contracts;
using Tideline.Contracts.Leads;
using Tideline.Platform.Data;
using Tideline.Platform.Events;
using Tideline.Platform.Jobs;
using Tideline.Platform.Realtime;

namespace Tideline.Leads.Imports;

/// <summary>Takes an import back.</summary>
[Job("leads.undo-import", Queue = "imports", MaxAttempts = 20, Concurrency = 2, TimeoutSeconds = 6 * 3600)]
internal sealed record UndoImport(Guid ImportId) : IJob;

/// <summary>
/// Removes the leads that an import created, in the order of their ids, and then gives the leads that it changed their earlier values back.
/// A lead on which somebody has worked since is kept: edited, moved, assigned, noted or called by hand, or changed by another import. Kept leads
/// still carry the import's id, so that they can be listed. How far it is, is written with each batch.
/// </summary>
internal sealed class RunUndo(LeadsDb db, ServiceDatabase<LeadsDb> database, UndoChanges changes, TimeProvider clock, ILiveUpdates live) : IRunJob<UndoImport>
{
    private const int Batch = 500;

    private const string Next = """
        select id from lead where tenant_id = $1 and import_id = $2 and ($3::uuid is null or id > $3) order by id limit $4 for update
        """;

    // A statement of its own, after the locks: it sees what those have done who held them before.
    private const string Remove = """
        delete from lead l where l.tenant_id = $1 and l.id = any($3) and not exists (
            select 1 from lead_activity a where a.tenant_id = $1 and a.lead_id = l.id
                and (a.actor_kind = 'user' or (a.actor_kind = 'import' and a.type = 'updated' and a.data ->> 'importId' <> $2)))
        returning l.id
        """;

    public Task RunAsync(UndoImport job, JobRun run, CancellationToken ct) =>
        RunAsync(job.ImportId, (percent, text) => run.ReportAsync(percent, text, ct), ct);

    /// <param name="importId">The import.</param>
    /// <param name="report">Told after each batch.</param>
    /// <param name="ct">Stops between batches.</param>
    public async Task RunAsync(Guid importId, Func<double, string, Task> report, CancellationToken ct)
    {
        var import = await db.Imports.AsNoTracking().SingleOrDefaultAsync(i => i.Id == importId && i.UndoStartedAt != null && i.UndoFinishedAt == null, ct);
        if (import is null) return;
        var (after, seen) = (import.UndoLead, import.UndoRemoved + import.UndoKept);
        for (var more = true; more;)
        {
            (more, after, var count) = await RemoveAsync(import, after, ct);
            seen += count;
            live.Changed(import.TenantId, "imports", import.Id);
            live.Changed(import.TenantId, "leads");
            await report(import.Created == 0 ? 50 : Math.Min(90, 90.0 * seen / import.Created), string.Create(CultureInfo.InvariantCulture, $"{seen:N0} of {import.Created:N0} leads"));
        }
        await changes.RestoreAsync(import, ct);
        await using var transaction = await database.BeginAsync(import.TenantId, ct);
        await transaction.ExecuteAsync(
            "update import_job set status = 'undone', undo_finished_at = $3 where tenant_id = $1 and id = $2 and undo_finished_at is null",
            [import.TenantId, import.Id, clock.GetUtcNow()], ct);
        await transaction.CommitAsync(ct);
        live.Changed(import.TenantId, "imports", import.Id);
        live.Changed(import.TenantId, "leads");
        await report(100, "Undone");
    }

    private async Task<(bool More, Guid? After, int Count)> RemoveAsync(LeadImport import, Guid? after, CancellationToken ct)
    {
        await using var transaction = await database.BeginAsync(import.TenantId, ct);
        // Two runs of one undo work one after the other, and the second goes on where the first has come to.
        await using (var place = transaction.Command("select undo_lead from import_job where tenant_id = $1 and id = $2 for update", import.TenantId, import.Id))
            after = await place.ExecuteScalarAsync(ct) as Guid? ?? after;
        await using var next = transaction.Command(Next, import.TenantId, import.Id, after, Batch);
        next.Parameters[2].NpgsqlDbType = NpgsqlDbType.Uuid;
        var ids = await IdsAsync(next, ct);
        if (ids.Count == 0) return (false, after, 0);
        await using var remove = transaction.Command(Remove, import.TenantId, import.Id.ToString(), ids.ToArray());
        var removed = (await IdsAsync(remove, ct)).Select(id => (IEvent)new LeadDeleted { LeadId = id }).ToList();
        await transaction.ExecuteAsync(
            "update import_job set undo_lead = $3, undo_removed = undo_removed + $4, undo_kept = undo_kept + $5 where tenant_id = $1 and id = $2",
            [import.TenantId, import.Id, ids[^1], (long)removed.Count, (long)(ids.Count - removed.Count)], ct);
        if (removed.Count > 0)
        {
            await using var events = new NpgsqlCommand(OutboxSql.Insert, transaction.Connection);
            events.Parameters.Add(new NpgsqlParameter { Value = OutboxSql.Json(removed, import.TenantId), NpgsqlDbType = NpgsqlDbType.Json });
            await events.ExecuteNonQueryAsync(ct);
        }
        CrashPoints.Hit("leads.undo.batch");
        await transaction.CommitAsync(ct);
        db.OutboxWritten();
        return (ids.Count == Batch, ids[^1], ids.Count);
    }

    private static async Task<List<Guid>> IdsAsync(NpgsqlCommand command, CancellationToken ct)
    {
        var ids = new List<Guid>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) ids.Add(reader.GetGuid(0));
        return ids;
    }
}
