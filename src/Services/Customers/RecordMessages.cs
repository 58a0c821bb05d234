using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Notifications;
using Tideline.Customers.Consents;
using Tideline.Platform.Events;

namespace Tideline.Customers;

/// <summary>Messages on the timeline; and what their feedback means for writing to the address again.</summary>
internal sealed class RecordMessages(CustomersDb db, ConsentBook consents) :
    IHandleMany<MessageSent>, IHandleMany<MessageOpened>, IHandleMany<MessageClicked>, IHandleMany<MessageBounced>, IHandleMany<MessageComplained>, IHandleMany<MessageUnsubscribed>
{
    public Task HandleAsync(IReadOnlyList<Received<MessageSent>> events, CancellationToken ct) =>
        RecordAsync("message.sent", events.Select(e => ((MessageEvent)e.Event, $"Sent: {e.Event.Subject}")), ct);

    public Task HandleAsync(IReadOnlyList<Received<MessageOpened>> events, CancellationToken ct) =>
        RecordAsync("message.opened", events.Where(e => e.Event.First).Select(e => ((MessageEvent)e.Event, $"Opened: {e.Event.Subject}")), ct);

    public Task HandleAsync(IReadOnlyList<Received<MessageClicked>> events, CancellationToken ct) =>
        RecordAsync("message.clicked", events.Select(e => ((MessageEvent)e.Event, $"Clicked {e.Event.Url}")), ct);

    public async Task HandleAsync(IReadOnlyList<Received<MessageBounced>> events, CancellationToken ct)
    {
        foreach (var (bounced, _) in events.Where(e => e.Event.Hard)) await consents.SuppressAsync(bounced.Channel, bounced.Address, "bounce", null, ct);
        await RecordAsync("message.bounced", events.Select(e => ((MessageEvent)e.Event, $"{(e.Event.Hard ? "Bounced" : "Delayed")}: {e.Event.Reason}")), ct);
    }

    public async Task HandleAsync(IReadOnlyList<Received<MessageComplained>> events, CancellationToken ct)
    {
        foreach (var (complained, _) in events) await consents.SuppressAsync(complained.Channel, complained.Address, "complaint", null, ct);
        await RecordAsync("message.complained", events.Select(e => ((MessageEvent)e.Event, "Reported as spam")), ct);
    }

    public async Task HandleAsync(IReadOnlyList<Received<MessageUnsubscribed>> events, CancellationToken ct)
    {
        foreach (var (left, _) in events)
        {
            await consents.SuppressAsync(left.Channel, left.Address, "unsubscribe", null, ct);
            await consents.StateAsync(new Consent
            {
                TenantId = db.Caller.TenantId,
                Channel = left.Channel,
                Topic = Consent.Marketing,
                Address = left.Address,
                CustomerId = left.CustomerId,
                State = "denied",
                Source = "unsubscribe link",
                At = left.At,
            }, ct);
        }
        await RecordAsync("message.unsubscribed", events.Select(e => ((MessageEvent)e.Event, "Unsubscribed")), ct);
    }

    private async Task RecordAsync(string type, IEnumerable<(MessageEvent Message, string Summary)> messages, CancellationToken ct)
    {
        var list = messages.Where(m => m.Message.CustomerId is not null).ToList();
        var ids = list.Select(m => m.Message.CustomerId!.Value).Distinct().ToList();
        var known = ids.Count == 0 ? [] : (await db.Customers.Where(c => ids.Contains(c.Id)).Select(c => c.Id).ToListAsync(ct)).ToHashSet();
        foreach (var (message, summary) in list.Where(m => known.Contains(m.Message.CustomerId!.Value)))
        {
            db.Add(new CustomerEvent
            {
                TenantId = db.Caller.TenantId,
                CustomerId = message.CustomerId!.Value,
                Type = type,
                At = message.At,
                Summary = summary,
                Data = JsonSerializer.Serialize(new { messageId = message.MessageId, campaignId = message.CampaignId }),
            });
        }
        await db.SaveChangesAsync(ct);
    }
}
