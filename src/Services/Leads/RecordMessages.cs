using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Notifications;
using Tideline.Leads.Timeline;
using Tideline.Platform.Events;

namespace Tideline.Leads;

/// <summary>Puts what became of messages on the timelines of the leads they went to.</summary>
internal sealed class RecordMessages(LeadsDb db) :
    IHandleMany<MessageSent>, IHandleMany<MessageOpened>, IHandleMany<MessageClicked>, IHandleMany<MessageBounced>, IHandleMany<MessageUnsubscribed>
{
    public Task HandleAsync(IReadOnlyList<Received<MessageSent>> events, CancellationToken ct) =>
        RecordAsync(events.Select(e => ((MessageEvent)e.Event, $"Message sent: {e.Event.Subject}")), ct);

    public Task HandleAsync(IReadOnlyList<Received<MessageOpened>> events, CancellationToken ct) =>
        RecordAsync(events.Where(e => e.Event.First).Select(e => ((MessageEvent)e.Event, $"Opened: {e.Event.Subject}")), ct);

    public Task HandleAsync(IReadOnlyList<Received<MessageClicked>> events, CancellationToken ct) =>
        RecordAsync(events.Select(e => ((MessageEvent)e.Event, $"Clicked {e.Event.Url}")), ct);

    public Task HandleAsync(IReadOnlyList<Received<MessageBounced>> events, CancellationToken ct) =>
        RecordAsync(events.Select(e => ((MessageEvent)e.Event, $"{(e.Event.Hard ? "Bounced" : "Delayed")}: {e.Event.Reason}")), ct);

    public Task HandleAsync(IReadOnlyList<Received<MessageUnsubscribed>> events, CancellationToken ct) =>
        RecordAsync(events.Select(e => ((MessageEvent)e.Event, "Unsubscribed")), ct);

    private async Task RecordAsync(IEnumerable<(MessageEvent Message, string Summary)> messages, CancellationToken ct)
    {
        var list = messages.Where(m => m.Message.LeadId is not null).ToList();
        if (list.Count == 0) return;
        var ids = list.Select(m => m.Message.LeadId!.Value).ToHashSet();
        var known = await db.Leads.Where(l => ids.Contains(l.Id)).Select(l => l.Id).ToListAsync(ct);
        foreach (var (message, summary) in list.Where(m => known.Contains(m.Message.LeadId!.Value)))
        {
            db.Add(new LeadActivity
            {
                TenantId = db.Caller.TenantId,
                LeadId = message.LeadId!.Value,
                Type = "message",
                At = message.At,
                ActorKind = "system",
                Summary = summary,
                Data = JsonSerializer.Serialize(new { messageId = message.MessageId, campaignId = message.CampaignId, channel = message.Channel }),
            });
        }
        await db.SaveChangesAsync(ct);
    }
}
