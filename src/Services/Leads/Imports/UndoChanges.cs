using System.Globalization;
using System.Text.Json;
using NpgsqlTypes;
using Tideline.Contracts;
using Tideline.Leads.Pipelines;
using Tideline.Leads.Timeline;
using Tideline.Platform.Data;

namespace Tideline.Leads.Imports;

/// <summary>
/// Gives the leads that an import changed their earlier values back, the last change first. A value that is not the import's any more, because
/// somebody has changed it since, stays.
/// </summary>
internal sealed class UndoChanges(LeadsDb db, ServiceDatabase<LeadsDb> database, PipelineBook pipelines, TimeProvider clock)
{
    private const int Batch = 200;

    private const string Next = """
        select id, lead_id, changes from lead_activity
        where tenant_id = $1 and data ->> 'importId' = $2 and actor_kind = 'import' and type = 'updated' and ($3::uuid is null or id < $3)
        order by id desc limit $4
        """;

    // Addresses that the lead has only had from the import must not find it any more.
    private const string RemoveIdentities = """
        delete from lead_identity i using lead l
        where l.tenant_id = $1 and l.id = any($2) and i.tenant_id = $1 and i.lead_id = l.id
            and i.value is distinct from l.email and i.value is distinct from l.email2 and i.value is distinct from l.phone and i.value is distinct from l.phone2
        """;

    public async Task RestoreAsync(LeadImport import, CancellationToken ct)
    {
        while (await RestoreBatchAsync(import, ct))
        {
            // One batch after the other, each with its place.
        }
    }

    private async Task<bool> RestoreBatchAsync(LeadImport import, CancellationToken ct)
    {
        var stages = await pipelines.StagesAsync(ct);
        await using var transaction = await database.BeginAsync(import.TenantId, ct);
        Guid? before;
        await using (var place = transaction.Command("select undo_change from import_job where tenant_id = $1 and id = $2 for update", import.TenantId, import.Id))
            before = await place.ExecuteScalarAsync(ct) as Guid?;
        var found = await ReadAsync(transaction, import, before, ct);
        if (found.Count == 0) return false;

        var ids = found.Select(f => f.LeadId).Distinct().Order().ToArray();
        await transaction.ExecuteAsync("select 1 from lead where tenant_id = $1 and id = any($2) order by id for update", [import.TenantId, ids], ct);
        var leads = await LeadRows.ReadAsync(transaction, ids, ct);
        var taken = await TakenAsync(transaction, found.SelectMany(f => f.Changes), ct);
        var now = clock.GetUtcNow();
        var rows = new Rows();
        var restored = new List<Guid>();
        foreach (var group in found.GroupBy(f => f.LeadId))
        {
            // Deleted since; or a lead of this import that is kept, and then as it is.
            if (!leads.TryGetValue(group.Key, out var lead) || lead.ImportId == import.Id) continue;
            var back = group.SelectMany(f => f.Changes).Where(c => !IsAnothers(taken, c, lead) && Restore(lead, c)).Select(c => new FieldChange(c.Field, c.After, c.Before)).ToList();
            if (back.Count == 0) continue;
            lead.Name();
            lead.UpdatedAt = now;
            restored.Add(lead.Id);
            rows.Update(lead, stages.FirstOrDefault(s => s.Id == lead.StageId)?.Name ?? "", back, new LeadActivity
            {
                TenantId = lead.TenantId,
                LeadId = lead.Id,
                Type = "updated",
                At = now,
                ActorKind = "system",
                Summary = $"Import of {import.FileName} undone: " + string.Join(", ", back.Select(c => c.Field).Distinct()),
                Changes = LeadActivity.ChangesJson(back),
            });
        }
        await rows.WriteAsync(transaction, import.TenantId, ct);
        if (restored.Count > 0) await transaction.ExecuteAsync(RemoveIdentities, [import.TenantId, restored.ToArray()], ct);
        await transaction.ExecuteAsync(
            "update import_job set undo_change = $3, undo_restored = undo_restored + $4 where tenant_id = $1 and id = $2",
            [import.TenantId, import.Id, found[^1].Id, (long)restored.Count], ct);
        await transaction.CommitAsync(ct);
        db.OutboxWritten();
        return found.Count == Batch;
    }

    private static async Task<List<(Guid Id, Guid LeadId, List<FieldChange> Changes)>> ReadAsync(
        ServiceTransaction transaction, LeadImport import, Guid? before, CancellationToken ct)
    {
        await using var command = transaction.Command(Next, import.TenantId, import.Id.ToString(), before, Batch);
        command.Parameters[2].NpgsqlDbType = NpgsqlDbType.Uuid;
        var found = new List<(Guid, Guid, List<FieldChange>)>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            found.Add((reader.GetGuid(0), reader.GetGuid(1), reader.IsDBNull(2) ? [] : JsonSerializer.Deserialize<List<FieldChange>>(reader.GetString(2), JsonSerializerOptions.Web)!));
        return found;
    }

    private static async Task<Dictionary<string, Guid>> TakenAsync(ServiceTransaction transaction, IEnumerable<FieldChange> changes, CancellationToken ct)
    {
        var addresses = changes.Where(c => IsAddress(c.Field) && c.Before is not null).Select(c => c.Before!).Distinct().ToArray();
        await using var command = transaction.Command(
            "select value, lead_id from lead_identity where tenant_id = current_setting('tideline.tenant')::uuid and kind in ('email', 'phone') and value = any($1)", (object)addresses);
        var taken = new Dictionary<string, Guid>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) taken[reader.GetString(0)] = reader.GetGuid(1);
        return taken;
    }

    private static bool IsAddress(string field) => field is "email" or "email2" or "phone" or "phone2";

    // An address that has become another lead's meanwhile stays there.
    private static bool IsAnothers(Dictionary<string, Guid> taken, FieldChange change, Lead lead) =>
        IsAddress(change.Field) && change.Before is { } before && taken.TryGetValue(before, out var owner) && owner != lead.Id;

    // False when the value is not the one that the import wrote.
    private static bool Restore(Lead lead, FieldChange change)
    {
        var (now, put) = Access(lead, change.Field);
        if (put is null || now != change.After) return false;
        put(change.Before);
        return true;
    }

    private static (string? Now, Action<string?>? Put) Access(Lead lead, string field) => field switch
    {
        "firstName" => (lead.FirstName, v => lead.FirstName = v),
        "lastName" => (lead.LastName, v => lead.LastName = v),
        "company" => (lead.Company, v => lead.Company = v),
        "email" => (lead.Email, v => (lead.Email, lead.EmailRaw) = (v, v)),
        "email2" => (lead.Email2, v => (lead.Email2, lead.Email2Raw) = (v, v)),
        "phone" => (lead.Phone, v => (lead.Phone, lead.PhoneRaw) = (v, v)),
        "phone2" => (lead.Phone2, v => (lead.Phone2, lead.Phone2Raw) = (v, v)),
        "website" => (lead.Website, v => lead.Website = v),
        "country" => (lead.Country, v => lead.Country = v),
        "source" => (lead.Source, v => lead.Source = v),
        "notes" => (lead.Notes, v => lead.Notes = v),
        "value" => (LeadDraft.Text(lead.Value), v => lead.Value = MoneyOf(v)),
        _ when field.StartsWith("custom.", StringComparison.Ordinal) => (lead.Custom.GetValueOrDefault(field[7..]), v => PutCustom(lead, field[7..], v)),
        _ => (null, null),
    };

    private static Money? MoneyOf(string? text) =>
        text?.Split(' ') is [var amount, var currency] ? new Money(long.Parse(amount, CultureInfo.InvariantCulture), currency) : null;

    private static void PutCustom(Lead lead, string name, string? value)
    {
        lead.Custom = new(lead.Custom);
        if (value is null) lead.Custom.Remove(name);
        else lead.Custom[name] = value;
    }
}
