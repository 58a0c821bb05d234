using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Tideline.Contracts.Notifications;
using Tideline.Notifications.Email;
using Tideline.Notifications.Messages;
using Tideline.Platform.Data;
using Tideline.Platform.Realtime;
using Tideline.Platform.Security;

namespace Tideline.Notifications.Tracking;

/// <summary>
/// What recipients do with a message, told by its own addresses. Those name the message and nothing else; whose it is is looked up once, over all tenants, and from
/// then on the work is the tenant's.
/// </summary>
internal sealed class Feedback(
    NotificationsDb db, ServiceDatabase<NotificationsDb> database, Caller caller, TrackingAddresses tracking, ILiveUpdates live, TimeProvider clock)
{
    // Mail clients fetch a picture again and again; from here on that is counted and no longer told.
    private const int MostTold = 50;

    /// <summary>The message of a token of ours and its kind; null for any other text, and when the message is gone.</summary>
    public async Task<(Message Message, TrackingToken Token)?> FindAsync(string text, TrackingKind kind, CancellationToken ct)
    {
        if (!tracking.Tokens.TryRead(text, out var token) || token.Kind != kind) return null;
        await using (var transaction = await database.BeginSystemAsync(ct))
        {
            await using var command = transaction.Command("select tenant_id from message where id = $1 limit 2", token.MessageId);
            await using var reader = await command.ExecuteReaderAsync(ct);
            if (!await reader.ReadAsync(ct)) return null;
            caller.UseTenant(reader.GetGuid(0));
            if (await reader.ReadAsync(ct)) return null;
        }
        var message = await db.Messages.AsNoTracking().SingleOrDefaultAsync(m => m.Id == token.MessageId, ct);
        return message is null ? null : (message, token);
    }

    public async Task OpenedAsync(Message message, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var opens = await CountAsync($"""
            update message set opens = opens + 1, opened_at = coalesce(opened_at, {now}) where tenant_id = {message.TenantId} and id = {message.Id} returning opens as "Value"
            """, ct);
        if (opens is > 0 and <= MostTold)
        {
            db.Publish(new MessageOpened
            {
                MessageId = message.Id,
                Channel = message.Channel,
                Address = message.Address,
                CampaignId = message.CampaignId,
                CustomerId = message.CustomerId,
                LeadId = message.LeadId,
                Subject = message.Subject,
                At = now,
                First = opens == 1,
            });
        }
        await EndAsync(transaction, ct);
    }

    /// <summary>Where the link leads; null when it is none of the message's.</summary>
    public async Task<string?> TargetAsync(Message message, TrackingToken token, CancellationToken ct)
    {
        var links = await db.Batches.AsNoTracking().Where(b => b.Id == message.BatchId).Select(b => b.Links).SingleOrDefaultAsync(ct);
        return links is null ? null : new LinkTable(links).Resolve(token);
    }

    public async Task ClickedAsync(Message message, string url, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var clicks = await CountAsync($"""
            update message set clicks = clicks + 1, clicked_at = coalesce(clicked_at, {now}) where tenant_id = {message.TenantId} and id = {message.Id} returning clicks as "Value"
            """, ct);
        if (clicks is > 0 and <= MostTold)
        {
            db.Publish(new MessageClicked
            {
                MessageId = message.Id,
                Channel = message.Channel,
                Address = message.Address,
                CampaignId = message.CampaignId,
                CustomerId = message.CustomerId,
                LeadId = message.LeadId,
                Subject = message.Subject,
                At = now,
                Url = url,
                First = clicks == 1,
            });
        }
        await EndAsync(transaction, ct);
    }

    /// <summary>The recipient wants no more. Told once; and this service does not wait for customers to hold it back.</summary>
    public async Task UnsubscribedAsync(Message message, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var first = await db.Messages.Where(m => m.Id == message.Id && m.UnsubscribedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.UnsubscribedAt, now), ct) > 0;
        if (first)
        {
            await db.Database.ExecuteSqlAsync(
                $"insert into blocked_address (tenant_id, channel, address, reason) values ({message.TenantId}, {message.Channel}, {message.Address}, 'unsubscribe') on conflict do nothing", ct);
            db.Publish(new MessageUnsubscribed
            {
                MessageId = message.Id,
                Channel = message.Channel,
                Address = message.Address,
                CampaignId = message.CampaignId,
                CustomerId = message.CustomerId,
                LeadId = message.LeadId,
                Subject = message.Subject,
                At = now,
            });
        }
        await EndAsync(transaction, ct);
    }

    private async Task<int> CountAsync(FormattableString sql, CancellationToken ct) => (await db.Database.SqlQuery<int>(sql).ToListAsync(ct)).FirstOrDefault();

    private async Task EndAsync(IDbContextTransaction transaction, CancellationToken ct)
    {
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
        live.Changed(caller.TenantId, "messages");
    }
}
