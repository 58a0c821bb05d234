using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Notifications.Messages;

internal static class MessageEndpoints
{
    public static void MapMessages(this RouteGroupBuilder api)
    {
        var messages = api.MapGroup("/messages").WithTags("Messages");
        messages.MapGet("/", List).WithName("listMessages").Requires("messages:read");
        messages.MapGet("/summary", Summary).WithName("getMessageSummary").Requires("messages:read");
        messages.MapGet("/{id:guid}", Get).WithName("getMessage").Requires("messages:read");
    }

    /// <summary>Messages, newest first. <c>q</c> is a part of the address.</summary>
    private static async Task<Ok<Page<MessageView>>> List(
        NotificationsDb db, string? channel, string? status, Guid? campaignId, Guid? customerId, Guid? leadId, string? q, int? limit, string? cursor, CancellationToken ct)
    {
        var size = Limit.Of(limit);
        if (status is not null && !MessageStatus.All.Contains(status)) throw Problem.Invalid("status", "Must be one of " + string.Join(", ", MessageStatus.All) + ".");
        var messages = db.Messages.AsNoTracking();
        if (channel is not null) messages = messages.Where(m => m.Channel == channel);
        if (status is not null) messages = messages.Where(m => m.Status == status);
        if (campaignId is not null) messages = messages.Where(m => m.CampaignId == campaignId);
        if (customerId is not null) messages = messages.Where(m => m.CustomerId == customerId);
        if (leadId is not null) messages = messages.Where(m => m.LeadId == leadId);
        if (!string.IsNullOrWhiteSpace(q)) messages = messages.Where(m => m.Address.Contains(q.Trim().ToLowerInvariant()));
        if (Cursor.TimeAndId(cursor) is var (at, last)) messages = messages.Where(m => m.CreatedAt < at || (m.CreatedAt == at && m.Id < last));
        var rows = await messages.OrderByDescending(m => m.CreatedAt).ThenByDescending(m => m.Id).Take(size + 1).ToListAsync(ct);
        var page = Page<Message>.Of(rows, size, m => [m.CreatedAt, m.Id]);
        return TypedResults.Ok(new Page<MessageView>([.. page.Data.Select(MessageView.Of)], page.Next));
    }

    /// <summary>How many messages are in which state, of a campaign or of all.</summary>
    private static async Task<Ok<MessageSummary>> Summary(NotificationsDb db, Guid? campaignId, CancellationToken ct)
    {
        var messages = db.Messages.AsNoTracking();
        if (campaignId is not null) messages = messages.Where(m => m.CampaignId == campaignId);
        var counts = await messages.GroupBy(m => m.Status).Select(g => new { g.Key, Count = g.LongCount() }).ToListAsync(ct);
        return TypedResults.Ok(new MessageSummary(counts.ToDictionary(c => c.Key, c => c.Count)));
    }

    /// <summary>One message, with every try to deliver it.</summary>
    private static async Task<Ok<MessageDetail>> Get(Guid id, NotificationsDb db, CancellationToken ct)
    {
        var message = await db.Messages.AsNoTracking().SingleOrDefaultAsync(m => m.Id == id, ct) ?? throw Problem.NotFound("message");
        var attempts = await db.Attempts.AsNoTracking().Where(a => a.MessageId == id).OrderBy(a => a.At).Take(200).ToListAsync(ct);
        return TypedResults.Ok(MessageDetail.Of(message, attempts));
    }
}

/// <summary>A message in a list.</summary>
public sealed record MessageView(
    Guid Id, string Channel, string To, string Subject, string Status, Guid? CampaignId, Guid? CustomerId, Guid? LeadId, string Provider, int Attempts, string? Error,
    DateTimeOffset CreatedAt, DateTimeOffset? SentAt, DateTimeOffset? OpenedAt, DateTimeOffset? ClickedAt, int Opens, int Clicks)
{
    internal static MessageView Of(Message m) => new(
        m.Id, m.Channel, m.Address, m.Subject, m.Status, m.CampaignId, m.CustomerId, m.LeadId, m.Provider, m.Attempts, m.Error, m.CreatedAt, m.SentAt, m.OpenedAt, m.ClickedAt,
        m.Opens, m.Clicks);
}

/// <summary>A message with its tries.</summary>
public sealed record MessageDetail(
    Guid Id, string Channel, string To, string Subject, string Status, Guid? CampaignId, Guid? CustomerId, Guid? LeadId, string Provider, IReadOnlyList<AttemptView> Attempts,
    string? Error, DateTimeOffset CreatedAt, DateTimeOffset? SentAt, DateTimeOffset? OpenedAt, DateTimeOffset? ClickedAt, int Opens, int Clicks)
{
    internal static MessageDetail Of(Message m, List<DeliveryAttempt> attempts) => new(
        m.Id, m.Channel, m.Address, m.Subject, m.Status, m.CampaignId, m.CustomerId, m.LeadId, m.Provider,
        [.. attempts.Select(a => new AttemptView(a.At, a.Outcome, a.Response, a.Provider, a.DurationMs))],
        m.Error, m.CreatedAt, m.SentAt, m.OpenedAt, m.ClickedAt, m.Opens, m.Clicks);
}

/// <summary>One try: <c>sent</c>, <c>bounced</c>, <c>retry</c>, <c>failed</c> or <c>unknown</c>.</summary>
public sealed record AttemptView(DateTimeOffset At, string Outcome, string? Response, string Provider, int DurationMs);

/// <summary>Messages by state.</summary>
public sealed record MessageSummary(IReadOnlyDictionary<string, long> ByStatus);
