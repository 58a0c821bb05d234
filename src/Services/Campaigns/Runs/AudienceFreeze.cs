using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using Tideline.Campaigns.Audiences;
using Tideline.Campaigns.Content;
using Tideline.Campaigns.Results;
using Tideline.Contracts.Campaigns;
using Tideline.Platform.Events;

namespace Tideline.Campaigns.Runs;

/// <summary>
/// Writes down who is in the audience, a page of leads at a time: one message a person, its id made here and never again. A page and the place where the
/// next begins are one transaction.
/// </summary>
internal sealed class AudienceFreeze(CampaignsDb db, People people, TimeProvider clock)
{
    private const string Advance = """
        update campaign_run set frozen_after = coalesce($4, frozen_after), recipients = recipients + $5, phase = case when $6 then 'sending' else phase end
        where tenant_id = $1 and campaign_id = $2 and generation = $3 and phase = 'freezing' and frozen_after is not distinct from $7
        """;

    // The first lead of a person wins; the others come back from the indexes and are kept as duplicates.
    private const string Insert = """
        insert into campaign_recipient (tenant_id, campaign_id, message_id, lead_id, customer_id, address, display_name, variables, skipped, flags, reason, at)
        select $1, $2, x.message_id, x.lead_id, x.customer_id, x.address, x.display_name, x.variables, x.reason is not null, x.flags, x.reason, $3
        from unnest($4, $5, $6, $7, $8, $9, $10, $11) with ordinality
            as x (message_id, lead_id, customer_id, address, display_name, variables, flags, reason, n)
        order by x.n
        on conflict do nothing
        returning message_id
        """;

    /// <summary>Freezes the next page.</summary>
    /// <returns>Whether there was something to do; false when somebody else has done it.</returns>
    public async Task<bool> NextPageAsync(Campaign campaign, CampaignRun run, CancellationToken ct)
    {
        var page = await people.PageAsync(campaign.Audience, run.FrozenAfter, People.PageSize, ct);
        var isLast = page.Count < People.PageSize;
        var rows = page.Select(p => new Row(Guid.CreateVersion7(), p.Lead, p.Blocked)).ToList();
        var now = clock.GetUtcNow();

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await AdvanceAsync(run, rows, isLast, ct)) return false;
        var added = await InsertAsync(campaign, rows.Where(r => r.Reason is null), now, ct);
        var skipped = rows.Where(r => !added.Contains(r.MessageId)).Select(r => r with { Reason = r.Reason ?? People.Duplicate }).ToList();
        await InsertAsync(campaign, skipped, now, ct);
        var tally = new Tally();
        foreach (var row in skipped) tally.Move(campaign.Id, campaign.StartedAt, MessageFlags.None, null, MessageFlags.Skipped, row.Reason, now);
        if (tally.Command(db.Caller.TenantId) is { } sums)
        {
            await using var batch = db.Batch();
            batch.BatchCommands.Add(sums);
            await batch.ExecuteNonQueryAsync(ct);
        }
        if (isLast)
        {
            var recipients = await db.Runs.AsNoTracking().Where(r => r.CampaignId == campaign.Id).Select(r => r.Recipients).SingleAsync(ct);
            db.Publish(new CampaignStarted { CampaignId = campaign.Id, Name = campaign.Name, Recipients = recipients });
            await db.SaveChangesAsync(ct);
        }
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
        CrashPoints.Hit("campaigns.page-frozen");
        return true;
    }

    private async Task<bool> AdvanceAsync(CampaignRun run, List<Row> rows, bool isLast, CancellationToken ct)
    {
        await using var batch = db.Batch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Advance)
        {
            Parameters =
            {
                new() { Value = run.TenantId },
                new() { Value = run.CampaignId },
                new() { Value = run.Generation },
                Id(rows.Count > 0 ? rows[^1].Lead.LeadId : null),
                new() { Value = (long)rows.Count },
                new() { Value = isLast },
                Id(run.FrozenAfter),
            },
        });
        return await batch.ExecuteNonQueryAsync(ct) == 1;
    }

    private async Task<HashSet<Guid>> InsertAsync(Campaign campaign, IEnumerable<Row> some, DateTimeOffset now, CancellationToken ct)
    {
        var rows = some.ToList();
        var added = new HashSet<Guid>(rows.Count);
        if (rows.Count == 0) return added;
        await using var batch = db.Batch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Insert)
        {
            Parameters =
            {
                new() { Value = campaign.TenantId },
                new() { Value = campaign.Id },
                new() { Value = now },
                new() { Value = Column(r => r.MessageId) },
                new() { Value = Column(r => r.Lead.LeadId) },
                new() { Value = Column(r => r.Lead.CustomerId), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
                new() { Value = Column(r => r.Lead.Email), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new() { Value = Column(r => r.Lead.DisplayName) },
                new() { Value = Column(r => Variables.Json(r.Lead)), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
                new() { Value = Column(r => (short)(r.Reason is null ? MessageFlags.None : MessageFlags.Skipped)) },
                new() { Value = Column(r => r.Reason), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            },
        });
        await using var reader = await batch.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) added.Add(reader.GetGuid(0));
        return added;

        T[] Column<T>(Func<Row, T> value) => [.. rows.Select(value)];
    }

    private static NpgsqlParameter Id(Guid? id) => new() { Value = (object?)id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid };

    private sealed record Row(Guid MessageId, Contracts.Leads.AudienceMember Lead, string? Reason);
}
