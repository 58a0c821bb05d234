using Npgsql;
using NpgsqlTypes;

namespace Tideline.Campaigns.Results;

/// <summary>News of one message.</summary>
internal sealed record Mark(Guid CampaignId, Guid MessageId, MessageFlags Flag, string? Reason, DateTimeOffset At);

/// <summary>Puts news on recipients and into the sums, a run of it in three statements, in the transaction that is open.</summary>
internal sealed class RecipientMarks(CampaignsDb db)
{
    private const int ReasonLength = 500;

    // The table goes from empty to millions between two looks of the statistics; by index, the statements cost what they touch.
    private const string Plans = "select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)";

    private const string Read = """
        select r.campaign_id, r.message_id, r.flags, r.reason, c.started_at
        from campaign_recipient r join campaign c on c.tenant_id = r.tenant_id and c.id = r.campaign_id
        where r.tenant_id = $1 and r.campaign_id = any ($2) and r.message_id = any ($3)
        order by r.message_id
        for update of r
        """;

    private const string Write = """
        update campaign_recipient r
        set flags = x.flags, reason = coalesce(x.reason, r.reason), at = greatest(r.at, x.at)
        from unnest($2, $3, $4, $5, $6) as x (campaign_id, message_id, flags, reason, at)
        where r.tenant_id = $1 and r.campaign_id = x.campaign_id and r.message_id = x.message_id
        """;

    /// <summary>Adds what is new; what is known already, and messages that are nobody's, change nothing.</summary>
    /// <returns>The campaigns whose numbers changed.</returns>
    public async Task<IReadOnlySet<Guid>> AddAsync(IEnumerable<Mark> marks, CancellationToken ct)
    {
        var news = marks.GroupBy(m => (m.CampaignId, m.MessageId)).ToDictionary(g => g.Key, g => g.Aggregate(Join));
        var changed = new HashSet<Guid>();
        if (news.Count == 0) return changed;
        var tally = new Tally();
        var rows = new List<(Mark Mark, MessageFlags Flags)>();
        await using (var read = db.Batch())
        {
            read.BatchCommands.Add(new NpgsqlBatchCommand(Plans));
            read.BatchCommands.Add(new NpgsqlBatchCommand(Read)
            {
                Parameters =
                {
                    new() { Value = db.Caller.TenantId },
                    new() { Value = news.Keys.Select(k => k.CampaignId).Distinct().ToArray() },
                    new() { Value = news.Keys.Select(k => k.MessageId).ToArray() },
                },
            });
            await using var reader = await read.ExecuteReaderAsync(ct);
            await reader.NextResultAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                if (!news.TryGetValue((reader.GetGuid(0), reader.GetGuid(1)), out var mark)) continue;
                var before = (MessageFlags)reader.GetInt16(2);
                var after = before | mark.Flag;
                if (after == before) continue;
                var reason = reader.IsDBNull(3) ? null : reader.GetString(3);
                DateTimeOffset? started = reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4);
                tally.Move(mark.CampaignId, started, before, reason, after, mark.Reason ?? reason, mark.At);
                rows.Add((mark, after));
                changed.Add(mark.CampaignId);
            }
        }
        if (rows.Count == 0) return changed;
        await using var write = db.Batch();
        write.BatchCommands.Add(new NpgsqlBatchCommand(Write)
        {
            Parameters =
            {
                new() { Value = db.Caller.TenantId },
                new() { Value = rows.Select(r => r.Mark.CampaignId).ToArray() },
                new() { Value = rows.Select(r => r.Mark.MessageId).ToArray() },
                new() { Value = rows.Select(r => (short)r.Flags).ToArray() },
                new() { Value = rows.Select(r => Short(r.Mark.Reason)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new() { Value = rows.Select(r => r.Mark.At.ToUniversalTime()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
            },
        });
        if (tally.Command(db.Caller.TenantId) is { } sums) write.BatchCommands.Add(sums);
        await write.ExecuteNonQueryAsync(ct);
        return changed;
    }

    private static Mark Join(Mark a, Mark b) => a with { Flag = a.Flag | b.Flag, Reason = b.Reason ?? a.Reason, At = a.At < b.At ? a.At : b.At };

    private static string? Short(string? reason) => reason is { Length: > ReasonLength } ? reason[..ReasonLength] : reason;
}
