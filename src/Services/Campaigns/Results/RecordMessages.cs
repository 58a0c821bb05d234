using Tideline.Contracts.Notifications;
using Tideline.Platform.Events;
using Tideline.Platform.Realtime;

namespace Tideline.Campaigns.Results;

/// <summary>Keeps recipients and numbers in step with what becomes of the messages.</summary>
internal sealed class RecordMessages(CampaignsDb db, RecipientMarks marks, ILiveUpdates live) :
    IHandleMany<MessageSent>, IHandleMany<MessageDelivered>, IHandleMany<MessageOpened>, IHandleMany<MessageClicked>, IHandleMany<MessageBounced>,
    IHandleMany<MessageComplained>, IHandleMany<MessageUnsubscribed>, IHandleMany<MessageFailed>
{
    public Task HandleAsync(IReadOnlyList<Received<MessageSent>> events, CancellationToken ct) =>
        RecordAsync(events.Select(e => Of(e.Event, MessageFlags.Sent)), ct);

    public Task HandleAsync(IReadOnlyList<Received<MessageDelivered>> events, CancellationToken ct) =>
        RecordAsync(events.Select(e => Of(e.Event, MessageFlags.Delivered)), ct);

    public Task HandleAsync(IReadOnlyList<Received<MessageOpened>> events, CancellationToken ct) =>
        RecordAsync(events.Select(e => Of(e.Event, MessageFlags.Opened)), ct);

    public Task HandleAsync(IReadOnlyList<Received<MessageClicked>> events, CancellationToken ct) =>
        RecordAsync(events.Select(e => Of(e.Event, MessageFlags.Clicked)), ct);

    public Task HandleAsync(IReadOnlyList<Received<MessageBounced>> events, CancellationToken ct) =>
        RecordAsync(events.Select(e => Of(e.Event, MessageFlags.Bounced, e.Event.Reason)), ct);

    public Task HandleAsync(IReadOnlyList<Received<MessageComplained>> events, CancellationToken ct) =>
        RecordAsync(events.Select(e => Of(e.Event, MessageFlags.Complained)), ct);

    public Task HandleAsync(IReadOnlyList<Received<MessageUnsubscribed>> events, CancellationToken ct) =>
        RecordAsync(events.Select(e => Of(e.Event, MessageFlags.Unsubscribed)), ct);

    public Task HandleAsync(IReadOnlyList<Received<MessageFailed>> events, CancellationToken ct) =>
        RecordAsync(events.Select(e => Of(e.Event, e.Event.Outcome switch
        {
            "suppressed" => MessageFlags.Skipped,
            "cancelled" => MessageFlags.Cancelled,
            "unknown" => MessageFlags.Unknown,
            _ => MessageFlags.Failed,
        }, e.Event.Reason)), ct);

    private static Mark? Of(MessageEvent happened, MessageFlags flag, string? reason = null) =>
        happened.CampaignId is { } campaign ? new Mark(campaign, happened.MessageId, flag, reason, happened.At) : null;

    private async Task RecordAsync(IEnumerable<Mark?> news, CancellationToken ct)
    {
        foreach (var campaign in await marks.AddAsync(news.OfType<Mark>(), ct)) live.Changed(db.Caller.TenantId, "campaigns", campaign);
    }
}
