using NpgsqlTypes;
using Npgsql;
using Tideline.Contracts;
using Tideline.Notifications.Messages;
using Tideline.Platform.Data;
using Tideline.Platform.Events;

namespace Tideline.Notifications.Delivery;

/// <summary>
/// Writes down how messages ended, with the events that tell of it, those of a claim in one transaction. Only the run that claimed a message can end it; a message
/// that was given up as unknown meanwhile is set right by the answer after all.
/// </summary>
internal sealed class OutcomeLedger(ServiceDatabase<NotificationsDb> database, NotificationsDb db, TimeProvider clock)
{
    private const int Tries = 6;

    private const string UpdateSql = """
        update message m
        set status = r.status, subject = r.subject, error = r.error, provider = $5,
            next_attempt_at = now() + make_interval(secs => r.retry_in),
            attempts = m.attempts - r.untried,
            sent_at = case when r.status = 'sent' then $4 else m.sent_at end
        from unnest($6, $7, $8, $9, $10, $11) as r (id, status, subject, error, retry_in, untried)
        where m.tenant_id = $1 and m.id = r.id and m.claim_job = $2 and m.claim_attempt = $3
          and (m.status = 'sending' or (m.status = 'unknown' and r.status <> 'queued'))
        returning m.id
        """;

    private const string AttemptSql = """
        insert into delivery_attempt (tenant_id, message_id, id, at, outcome, response, provider, duration_ms)
        select $1, r.id, gen_random_uuid(), $2, r.outcome, r.response, $3, r.duration
        from unnest($4, $5, $6, $7) as r (id, outcome, response, duration)
        """;

    private const string BlockSql = """
        insert into blocked_address (tenant_id, channel, address, reason)
        select $1, 'email', address, 'bounce' from unnest($2) as address order by address on conflict do nothing
        """;

    private const string KeepSql = """
        insert into sandbox_message (tenant_id, id, campaign_id, to_address, from_address, subject, preview, html, text, unsubscribe_url, raw, at)
        select $1, r.id, r.campaign_id, r.to_address, r.from_address, r.subject, r.preview, r.html, r.text, r.unsubscribe_url, r.raw, $2
        from unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12) as r (id, campaign_id, to_address, from_address, subject, preview, html, text, unsubscribe_url, raw)
        on conflict do nothing
        """;

    /// <summary>Writes the verdicts, and tries for a while: lost, they would make messages unknown that are not.</summary>
    public async Task RecordAsync(Claim claim, string provider, IReadOnlyList<Verdict> verdicts)
    {
        for (var tries = 1; ; tries++)
        {
            // Not the job's token: what has happened is written down whether or not the job may go on.
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            try
            {
                await WriteAsync(claim, provider, verdicts, limit.Token);
                break;
            }
            catch (Exception e) when (tries < Tries && (e is NpgsqlException { IsTransient: true } or OperationCanceledException or TimeoutException))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100 * Math.Pow(2, tries)), clock, CancellationToken.None);
            }
        }
        foreach (var group in verdicts.Where(v => v.Outcome is not null).GroupBy(v => v.Outcome!)) NotificationsTelemetry.Ended(group.Key, group.Count());
    }

    private async Task WriteAsync(Claim claim, string provider, IReadOnlyList<Verdict> verdicts, CancellationToken ct)
    {
        var at = clock.GetUtcNow();
        await using var transaction = await database.BeginAsync(claim.Tenant, ct);
        var mine = await UpdateAsync(transaction, claim, provider, verdicts, at, ct);
        List<Verdict> ended = [.. verdicts.Where(v => mine.Contains(v.Message.Id))];
        List<Verdict> tried = [.. ended.Where(v => v.Outcome is not null)];
        if (tried.Count > 0)
        {
            await transaction.ExecuteAsync(AttemptSql,
                [claim.Tenant, at, provider, Ids(tried), Texts(tried, v => v.Outcome), Texts(tried, v => Fit(v.Response)), tried.Select(v => (int)v.Took.TotalMilliseconds).ToArray()], ct);
        }
        var dead = ended.Where(v => v is { Status: MessageStatus.Bounced, IsHard: true }).Select(v => v.Message.Address).Distinct().ToArray();
        if (dead.Length > 0) await transaction.ExecuteAsync(BlockSql, [claim.Tenant, dead], ct);
        await KeepAsync(transaction, claim.Tenant, [.. ended.Where(v => v is { Status: MessageStatus.Sent, Copy: not null })], at, ct);
        var events = ended.Select(v => (Event: v.Event(at), v.Span, v.Message.Traceparent)).Where(e => e.Event is not null).ToList();
        if (events.Count > 0) await transaction.ExecuteAsync(OutboxSql.Insert, [MessageTraces.Json(events.Select(e => ((IEvent)e.Event!, e.Span, e.Traceparent)), claim.Tenant)], ct);
        await transaction.CommitAsync(ct);
        if (events.Count > 0) db.OutboxWritten();
    }

    private static async Task<HashSet<Guid>> UpdateAsync(
        ServiceTransaction transaction, Claim claim, string provider, IReadOnlyList<Verdict> verdicts, DateTimeOffset at, CancellationToken ct)
    {
        // Ordered, so that two runs with the same messages wait for each other in one direction only.
        List<Verdict> rows = [.. verdicts.OrderBy(v => v.Message.Id)];
        await using var command = transaction.Command(UpdateSql, claim.Tenant, claim.Job, claim.Attempt, at, provider);
        command.Parameters.AddRange((Array)(NpgsqlParameter[])
        [
            new() { Value = Ids(rows) },
            new() { Value = Texts(rows, v => v.Status) },
            new() { Value = Texts(rows, v => v.Subject) },
            new() { Value = Texts(rows, v => v.Status == MessageStatus.Sent ? null : Fit(v.Response)), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            new() { Value = rows.Select(v => v.RetryIn.TotalSeconds).ToArray() },
            new() { Value = rows.Select(v => v is { Status: MessageStatus.Queued, Outcome: null } ? 1 : 0).ToArray() },
        ]);
        var mine = new HashSet<Guid>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) mine.Add(reader.GetGuid(0));
        return mine;
    }

    private static async Task KeepAsync(ServiceTransaction transaction, Guid tenant, List<Verdict> caught, DateTimeOffset at, CancellationToken ct)
    {
        if (caught.Count == 0) return;
        await using var command = transaction.Command(KeepSql, tenant, at, Ids(caught));
        command.Parameters.AddRange((Array)(NpgsqlParameter[])
        [
            new() { Value = caught.Select(v => v.Copy!.CampaignId).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
            new() { Value = Texts(caught, v => v.Message.Address) },
            new() { Value = Texts(caught, v => v.Copy!.From) },
            new() { Value = Texts(caught, v => v.Subject) },
            new() { Value = Texts(caught, v => v.Copy!.Preview) },
            new() { Value = Texts(caught, v => v.Copy!.Html) },
            new() { Value = Texts(caught, v => v.Copy!.Text) },
            new() { Value = Texts(caught, v => v.Copy!.UnsubscribeUrl), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            new() { Value = caught.Select(v => v.Copy!.Raw).ToArray() },
        ]);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static Guid[] Ids(List<Verdict> rows) => [.. rows.Select(v => v.Message.Id)];

    private static string?[] Texts(List<Verdict> rows, Func<Verdict, string?> value) => [.. rows.Select(value)];

    private static string? Fit(string? text) => text is { Length: > 1000 } ? text[..1000] : text;
}
