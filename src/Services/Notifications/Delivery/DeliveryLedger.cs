using System.Diagnostics;
using Npgsql;
using Tideline.Contracts;
using Tideline.Notifications.Batches;
using Tideline.Notifications.Messages;
using Tideline.Platform.Data;
using Tideline.Platform.Events;

namespace Tideline.Notifications.Delivery;

/// <summary>The run of a delivery job: what it claims is its own, and only it may say how that ended.</summary>
internal sealed record Claim(Guid Tenant, Guid Chunk, Guid Job, int Attempt);

/// <summary>What is left of a chunk.</summary>
/// <param name="WakeIn">When the job has to come back; none when there is nothing left for it.</param>
/// <param name="IsCancelled">The rest is to be cancelled.</param>
internal sealed record ChunkRest(TimeSpan? WakeIn, bool IsCancelled);

/// <summary>
/// Which messages may be handed over now, and by whom. A message is <c>sending</c>, committed, before the provider hears of it; so whoever finds one left
/// in that state knows that nobody knows.
/// </summary>
internal sealed class DeliveryLedger(ServiceDatabase<NotificationsDb> database, NotificationsDb db)
{
    // Longer than any run may sit on a claim: the relay's answer alone may take ten minutes.
    private const string Abandoned = "interval '20 minutes'";

    private const string LockBatch = "select state from batch where tenant_id = $1 and id = $2 for share";

    private const string ClaimSql = $"""
        with due as (
            select m.id, (
                select b.reason from blocked_address b
                where b.tenant_id = m.tenant_id and b.channel = m.channel and b.address = m.address
                  -- What a person asked for by an act of their own still reaches them, unless there is nobody there.
                  and (m.kind = 'campaign' or b.reason = 'bounce')
                order by b.reason limit 1) as reason
            from message m
            where m.tenant_id = $1 and m.chunk_id = $2 and m.status = 'queued' and m.next_attempt_at <= now()
            order by m.id limit $3
            for update of m skip locked
        )
        update message m
        set status = case when due.reason is null then 'sending' else 'suppressed' end,
            attempts = m.attempts + case when due.reason is null then 1 else 0 end,
            error = case when due.reason is null then m.error else due.reason end,
            first_attempt_at = coalesce(m.first_attempt_at, now()),
            provider = $4, claim_job = $5, claim_attempt = $6, claimed_at = now()
        from due where m.tenant_id = $1 and m.id = due.id
        returning {Claimed.Columns}
        """;

    // What the sandbox did not get to keep went nowhere, for its copy and the outcome are written together: it can simply go again.
    private const string SettleSql = $"""
        update message m
        set status = case when m.provider = 'sandbox' then 'queued' else 'unknown' end,
            error = case when m.provider = 'sandbox' then null else 'The sending was interrupted before the relay''s answer was written down.' end
        where m.tenant_id = $1 and m.chunk_id = $2 and m.status = 'sending'
          and ((m.claim_job = $3 and m.claim_attempt < $4) or m.claimed_at < now() - {Abandoned})
        returning {Claimed.Columns}
        """;

    private const string RestSql = """
        select count(*) filter (where status = 'queued'), count(*) filter (where status = 'sending'),
            coalesce(extract(epoch from min(next_attempt_at) filter (where status = 'queued') - now()), 0)::float8
        from message where tenant_id = $1 and chunk_id = $2 and status in ('queued', 'sending')
        """;

    private const string CancelSql = $"""
        update message m set status = 'cancelled', error = 'The campaign was cancelled.'
        where m.tenant_id = $1 and m.chunk_id = $2 and m.status = 'queued'
        returning {Claimed.Columns}
        """;

    private static readonly TimeSpan OthersAtWork = TimeSpan.FromMinutes(1);

    /// <summary>Ends what earlier runs have left: their messages may have gone out or not, and are never sent again silently.</summary>
    /// <returns>How many ended as unknown.</returns>
    public async Task<int> SettleAsync(Claim claim, CancellationToken ct)
    {
        await using var transaction = await database.BeginAsync(claim.Tenant, ct);
        var left = await Claimed.ReadAsync(transaction.Command(SettleSql, claim.Tenant, claim.Chunk, claim.Job, claim.Attempt), ct);
        var unknown = left.Where(m => m.Status == MessageStatus.Unknown).ToList();
        var at = DateTimeOffset.UtcNow;
        await PublishAsync(transaction, claim.Tenant, unknown.Select(m => (m, (IEvent)m.Failed(at, m.Subject, MessageStatus.Unknown, m.Error!))), ct);
        if (unknown.Count > 0)
        {
            await transaction.ExecuteAsync("""
                insert into delivery_attempt (tenant_id, message_id, id, at, outcome, response, provider, duration_ms)
                select $1, id, gen_random_uuid(), $3, 'unknown', 'Interrupted before the answer was written down.', 'smtp', 0 from unnest($2) as id
                """, [claim.Tenant, unknown.Select(m => m.Id).ToArray(), at], ct);
        }
        await CommitAsync(transaction, unknown.Count > 0, ct);
        NotificationsTelemetry.Ended(MessageStatus.Unknown, unknown.Count);
        return unknown.Count;
    }

    /// <summary>Takes the next messages of the chunk, and ends those that must not be written to.</summary>
    /// <returns>Those to be handed over, and how many were held back.</returns>
    public async Task<(IReadOnlyList<Claimed> Messages, int Suppressed)> ClaimAsync(Claim claim, Guid? batch, string provider, int most, CancellationToken ct)
    {
        await using var transaction = await database.BeginAsync(claim.Tenant, ct);
        // Held until the claim is committed: who changes the state waits for it, and knows then that no other follows.
        if (batch is { } id && await StateAsync(transaction, claim.Tenant, id, ct) != Batch.Running) return ([], 0);
        var rows = await Claimed.ReadAsync(transaction.Command(ClaimSql, claim.Tenant, claim.Chunk, most, provider, claim.Job, claim.Attempt), ct);
        if (rows.Count == 0) return ([], 0);
        var held = rows.Where(m => m.Status == MessageStatus.Suppressed).ToList();
        var at = DateTimeOffset.UtcNow;
        await PublishAsync(transaction, claim.Tenant, held.Select(m => (m, (IEvent)m.Failed(at, m.Subject, MessageStatus.Suppressed, m.Error!))), ct);
        await transaction.ExecuteAsync("update chunk set due_at = now() where tenant_id = $1 and id = $2", [claim.Tenant, claim.Chunk], ct);
        await CommitAsync(transaction, held.Count > 0, ct);
        NotificationsTelemetry.Ended(MessageStatus.Suppressed, held.Count);
        return ([.. rows.Where(m => m.Status == MessageStatus.Sending).OrderBy(m => m.Id)], held.Count);
    }

    /// <summary>Writes down what is left of the chunk when nothing more of it can be claimed now.</summary>
    /// <param name="claim">The run.</param>
    /// <param name="batch">Whose messages they are.</param>
    /// <param name="notBefore">How long the provider is to be left alone.</param>
    /// <param name="ct">Stops it.</param>
    public async Task<ChunkRest> CloseAsync(Claim claim, Guid? batch, TimeSpan notBefore, CancellationToken ct)
    {
        await using var transaction = await database.BeginAsync(claim.Tenant, ct);
        var state = batch is { } id ? await StateAsync(transaction, claim.Tenant, id, ct) : Batch.Running;
        var (queued, sending, seconds) = await RestAsync(transaction, claim, ct);
        ChunkRest rest;
        if (state == Batch.Cancelled && queued > 0) rest = new ChunkRest(null, true);
        else if (state == Batch.Paused && queued > 0) rest = new ChunkRest(null, false);
        else if (queued > 0) rest = new ChunkRest(TimeSpan.FromSeconds(Math.Max(Math.Max(seconds, 0.05), notBefore.TotalSeconds)), false);
        else rest = new ChunkRest(sending > 0 ? OthersAtWork : null, false);

        var isDone = queued == 0 && sending == 0;
        await transaction.ExecuteAsync("""
            update chunk set due_at = now() + make_interval(secs => $3), done_at = case when $4 then now() end where tenant_id = $1 and id = $2
            """, [claim.Tenant, claim.Chunk, rest.WakeIn?.TotalSeconds ?? (object)(rest.IsCancelled ? 0.0 : DBNull.Value), isDone], ct);
        await transaction.CommitAsync(ct);
        return rest;
    }

    /// <summary>Ends the messages of a chunk that are not out.</summary>
    public async Task<int> CancelAsync(Guid tenant, Guid chunk, CancellationToken ct)
    {
        await using var transaction = await database.BeginAsync(tenant, ct);
        var ended = await Claimed.ReadAsync(transaction.Command(CancelSql, tenant, chunk), ct);
        var at = DateTimeOffset.UtcNow;
        await PublishAsync(transaction, tenant, ended.Select(m => (m, (IEvent)m.Failed(at, m.Subject, MessageStatus.Cancelled, m.Error!))), ct);
        await transaction.ExecuteAsync("""
            update chunk set done_at = now() where tenant_id = $1 and id = $2
              and not exists (select 1 from message m where m.tenant_id = $1 and m.chunk_id = $2 and m.status in ('queued', 'sending'))
            """, [tenant, chunk], ct);
        await CommitAsync(transaction, ended.Count > 0, ct);
        NotificationsTelemetry.Ended(MessageStatus.Cancelled, ended.Count);
        return ended.Count;
    }

    private static async Task<string?> StateAsync(ServiceTransaction transaction, Guid tenant, Guid batch, CancellationToken ct)
    {
        await using var command = transaction.Command(LockBatch, tenant, batch);
        return (string?)await command.ExecuteScalarAsync(ct);
    }

    private static async Task<(long Queued, long Sending, double Seconds)> RestAsync(ServiceTransaction transaction, Claim claim, CancellationToken ct)
    {
        await using var command = transaction.Command(RestSql, claim.Tenant, claim.Chunk);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetDouble(2));
    }

    private static async Task PublishAsync(ServiceTransaction transaction, Guid tenant, IEnumerable<(Claimed Message, IEvent Event)> events, CancellationToken ct)
    {
        var list = events.ToList();
        if (list.Count == 0) return;
        var json = MessageTraces.Json(list.Select(e => (e.Event, (Activity?)null, e.Message.Traceparent)), tenant);
        await transaction.ExecuteAsync(OutboxSql.Insert, [json], ct);
    }

    private async Task CommitAsync(ServiceTransaction transaction, bool hasNews, CancellationToken ct)
    {
        await transaction.CommitAsync(ct);
        if (hasNews) db.OutboxWritten();
    }
}
