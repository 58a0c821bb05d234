using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using Tideline.Contracts;
using Tideline.Contracts.Leads;
using Tideline.Leads.Pipelines;
using Tideline.Leads.Timeline;
using Tideline.Platform.Data;
using Tideline.Platform.Events;

namespace Tideline.Leads;

/// <summary>What to do with a lead that is there already.</summary>
public enum DuplicatePolicy
{
    /// <summary>Write what is new over what is there.</summary>
    Update,
    /// <summary>Leave it as it is.</summary>
    Skip,
}

/// <summary>What became of one draft.</summary>
internal enum Intake
{
    Created,
    Updated,
    /// <summary>There already, and nothing about it was new (or the policy is to skip).</summary>
    Duplicate,
}

internal sealed record IntakeResult(Intake Outcome, Guid LeadId)
{
    /// <summary>The new lead as it was stored; only from the way for one draft.</summary>
    public LeadView? View { get; init; }
}

/// <summary>
/// The one way in for new leads, one or thousands: finds the person by e-mail address or phone number, writes leads, identities, timeline and events in one
/// transaction of a few statements. Two writers with the same person meet at the primary key of <c>lead_identity</c>; the loser looks again.
/// </summary>
internal sealed class LeadIntake(LeadsDb db, ServiceDatabase<LeadsDb> database, PipelineBook pipelines, TimeProvider clock)
{
    /// <summary>Drafts that one call may bring; more would hold locks for too long.</summary>
    public const int MaxBatch = 1000;

    private const string ByIndex = "select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)";

    /// <summary>Writes drafts that have been checked.</summary>
    /// <param name="drafts">At most <see cref="MaxBatch"/>.</param>
    /// <param name="policy">For people who are there already, also within the batch.</param>
    /// <param name="record">Work of the caller that belongs to the same transaction, e.g. the progress of an import.</param>
    /// <param name="ct">Cancels before the commit.</param>
    /// <returns>One result a draft, in their order.</returns>
    public async Task<IReadOnlyList<IntakeResult>> WriteAsync(
        IReadOnlyList<LeadDraft> drafts, DuplicatePolicy policy, Func<ServiceTransaction, IReadOnlyList<IntakeResult>, Task>? record, CancellationToken ct)
    {
        var stages = await pipelines.StagesAsync(ct);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await WriteOnceAsync(drafts, policy, stages, record, ct);
            }
            catch (PostgresException e) when (attempt < 10 && e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "lead_identity_pkey" } or { SqlState: PostgresErrorCodes.DeadlockDetected })
            {
                // Somebody has just brought in one of these people: now they are found.
            }
        }
    }

    /// <summary>Writes one draft; for a person who is not there yet it is one round trip.</summary>
    public async Task<IntakeResult> WriteAsync(LeadDraft draft, CancellationToken ct)
    {
        var stages = await pipelines.StagesAsync(ct);
        var lead = draft.Create(db.Caller.TenantId, db.Caller.UserId, StageOf(draft, stages), Now());
        try
        {
            await using var batch = database.CreateBatch(db.Caller.TenantId);
            var (rows, stage) = (new Rows(), StageOf(draft, stages).Name);
            rows.Add(lead, stage, Created(lead));
            foreach (var (sql, json) in rows.Statements(db.Caller.TenantId)) batch.Add(sql == LeadRows.Insert ? LeadRows.InsertOne : sql, Json(json));
            uint version;
            await using (var reader = await batch.ExecuteReaderAsync(ct))
            {
                await reader.ReadAsync(ct);
                version = reader.GetFieldValue<uint>(0);
                // To the end: what a later statement refuses is told there.
                while (await reader.NextResultAsync(ct))
                {
                }
            }
            db.OutboxWritten();
            return new IntakeResult(Intake.Created, lead.Id) { View = LeadView.Of(lead, stage) with { Version = version } };
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "lead_identity_pkey" })
        {
            return (await WriteAsync([draft], DuplicatePolicy.Update, null, ct))[0];
        }
    }

    private async Task<IReadOnlyList<IntakeResult>> WriteOnceAsync(
        IReadOnlyList<LeadDraft> drafts, DuplicatePolicy policy, IReadOnlyList<Stage> stages,
        Func<ServiceTransaction, IReadOnlyList<IntakeResult>, Task>? record, CancellationToken ct)
    {
        var (tenant, now) = (db.Caller.TenantId, Now());
        await using var transaction = await database.BeginAsync(tenant, ct);
        // A plan made while the tables were small would read them whole for every batch of an import that fills them.
        if (drafts.Count > 1) await transaction.ExecuteAsync(ByIndex, [], ct);
        var owners = await FindAsync(transaction, drafts, ct);
        var rows = new Rows();
        var fresh = new Dictionary<Guid, Lead>();
        var updates = new List<(int Index, Guid LeadId, LeadDraft Draft)>();
        var results = new IntakeResult[drafts.Count];
        for (var i = 0; i < drafts.Count; i++)
        {
            var draft = drafts[i];
            var found = draft.Identities().Select(id => owners.TryGetValue(id, out var owner) ? owner : (Guid?)null).FirstOrDefault(o => o is not null);
            if (found is not { } leadId)
            {
                var lead = draft.Create(tenant, draft.By ?? db.Caller.UserId, StageOf(draft, stages), now);
                fresh[lead.Id] = lead;
                foreach (var id in draft.Identities()) owners[id] = lead.Id;
                results[i] = new IntakeResult(Intake.Created, lead.Id);
                continue;
            }
            results[i] = new IntakeResult(Intake.Duplicate, leadId);
            if (policy == DuplicatePolicy.Skip) continue;
            draft = draft.Without(id => owners.TryGetValue(id, out var owner) && owner != leadId);
            foreach (var id in draft.Identities()) owners.TryAdd(id, leadId);
            if (fresh.TryGetValue(leadId, out var sameBatch))
            {
                // The later row of the same person adds what the first did not say.
                if (draft.Update(sameBatch).Count > 0) results[i] = new IntakeResult(Intake.Updated, leadId);
            }
            else
            {
                updates.Add((i, leadId, draft));
            }
        }
        foreach (var lead in fresh.Values) rows.Add(lead, stages.First(s => s.Id == lead.StageId).Name, Created(lead));
        await rows.WriteAsync(transaction, tenant, ct);
        await UpdateAsync(transaction, updates, results, stages, now, ct);
        if (record is not null) await record(transaction, results);
        await transaction.CommitAsync(ct);
        db.OutboxWritten();
        return results;
    }

    private static async Task<Dictionary<(string, string), Guid>> FindAsync(ServiceTransaction transaction, IReadOnlyList<LeadDraft> drafts, CancellationToken ct)
    {
        var wanted = drafts.SelectMany(d => d.Identities()).Distinct().ToList();
        var found = new Dictionary<(string, string), Guid>();
        await using var command = transaction.Command("""
            select i.kind, i.value, i.lead_id
            from unnest($1::text[], $2::text[]) as w (kind, value)
            join lead_identity i on i.tenant_id = current_setting('tideline.tenant')::uuid and i.kind = w.kind and i.value = w.value
            """, wanted.Select(w => w.Kind).ToArray(), wanted.Select(w => w.Value).ToArray());
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) found[(reader.GetString(0), reader.GetString(1))] = reader.GetGuid(2);
        return found;
    }

    private async Task UpdateAsync(
        ServiceTransaction transaction, List<(int Index, Guid LeadId, LeadDraft Draft)> updates, IntakeResult[] results,
        IReadOnlyList<Stage> stages, DateTimeOffset now, CancellationToken ct)
    {
        if (updates.Count == 0) return;
        var rows = new Rows();
        var ids = updates.Select(u => u.LeadId).Distinct().Order().ToArray();
        // In the order of their ids, so that two imports of one file wait for each other instead of dead-locking.
        await transaction.ExecuteAsync("select 1 from lead where tenant_id = current_setting('tideline.tenant')::uuid and id = any($1) order by id for update", [ids], ct);
        var leads = await LeadRows.ReadAsync(transaction, ids, ct);
        foreach (var group in updates.GroupBy(u => u.LeadId))
        {
            if (!leads.TryGetValue(group.Key, out var lead)) continue;
            var changed = new List<(int Index, FieldChange Change)>();
            foreach (var (index, _, draft) in group) changed.AddRange(draft.Update(lead).Select(c => (index, c)));
            // Several rows of one person may end where the lead stood: then nothing has changed, however often the file comes.
            var changes = Net(changed.Select(c => c.Change));
            if (changes.Count == 0) continue;
            var updated = changed.Where(c => changes.Any(net => net.Field == c.Change.Field)).Select(c => c.Index).ToHashSet();
            foreach (var index in updated) results[index] = new IntakeResult(Intake.Updated, lead.Id);
            var first = group.First().Draft;
            lead.UpdatedAt = now;
            rows.Update(lead, stages.FirstOrDefault(s => s.Id == lead.StageId)?.Name ?? "", changes, new LeadActivity
            {
                TenantId = lead.TenantId,
                LeadId = lead.Id,
                Type = "updated",
                At = now,
                ActorId = first.By ?? db.Caller.UserId,
                ActorKind = first.ImportId is null ? "user" : "import",
                Summary = "Updated " + string.Join(", ", changes.Select(c => c.Field).Distinct()),
                Changes = LeadActivity.ChangesJson(changes),
                // By this an import finds what it has changed, and in how many rows.
                Data = first.ImportId is { } import ? JsonSerializer.Serialize(new { importId = import, rows = updated.Count }) : null,
            });
        }
        await rows.WriteAsync(transaction, db.Caller.TenantId, ct);
    }

    private static List<FieldChange> Net(IEnumerable<FieldChange> changes) =>
        [.. changes.GroupBy(c => c.Field).Select(g => new FieldChange(g.Key, g.First().Before, g.Last().After)).Where(c => c.Before != c.After)];

    // As the database keeps it, so that what is answered now is what is read later.
    private DateTimeOffset Now()
    {
        var now = clock.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    private LeadActivity Created(Lead lead) => new()
    {
        TenantId = lead.TenantId,
        LeadId = lead.Id,
        Type = lead.ImportId is null ? "created" : "imported",
        At = lead.UpdatedAt,
        ActorId = lead.CreatedBy,
        ActorKind = lead.ImportId is not null ? "import" : db.Caller.UserId is null ? "system" : "user",
        Summary = lead.Source is null ? "Lead created" : $"Lead created from {lead.Source}",
    };

    private static Stage StageOf(LeadDraft draft, IReadOnlyList<Stage> stages) =>
        draft.StageId is { } id ? stages.FirstOrDefault(s => s.Id == id) ?? throw Platform.Api.Problem.Invalid("stageId", "There is no such stage.") : stages[0];

    private static NpgsqlParameter Json(string json) => new() { Value = json, NpgsqlDbType = NpgsqlDbType.Json };
}
