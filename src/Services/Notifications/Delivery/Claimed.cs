using System.Diagnostics;
using Npgsql;
using Tideline.Contracts;
using Tideline.Contracts.Notifications;
using Tideline.Notifications.Messages;
using Tideline.Platform.Events;
using Tideline.Platform.Telemetry;

namespace Tideline.Notifications.Delivery;

/// <summary>A message in the hands of the delivery.</summary>
internal sealed record Claimed
{
    /// <summary>The columns that <see cref="Read"/> takes, of a table or alias <c>m</c>.</summary>
    public const string Columns = """
        m.id, m.kind, m.batch_id, m.template_key, m.brand_id, m.campaign_id, m.customer_id, m.lead_id, m.address, m.display_name, m.subject,
        m.variables, m.traceparent, m.attempts, m.first_attempt_at, m.status, m.error
        """;

    public required Guid Id { get; init; }
    public required string Kind { get; init; }
    public Guid? BatchId { get; init; }
    public string? TemplateKey { get; init; }
    public Guid? BrandId { get; init; }
    public Guid? CampaignId { get; init; }
    public Guid? CustomerId { get; init; }
    public Guid? LeadId { get; init; }
    public required string Address { get; init; }
    public string? DisplayName { get; init; }
    public required string Subject { get; init; }
    public required string Variables { get; init; }
    public string? Traceparent { get; init; }
    public required int Attempts { get; init; }
    public DateTimeOffset? FirstAttemptAt { get; init; }
    public required string Status { get; init; }
    public string? Error { get; init; }

    public bool IsTracked => Kind == MessageKind.Campaign;

    public static async Task<List<Claimed>> ReadAsync(NpgsqlCommand command, CancellationToken ct)
    {
        await using var own = command;
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<Claimed>();
        while (await reader.ReadAsync(ct)) rows.Add(Read(reader));
        return rows;
    }

    public MessageSent Sent(DateTimeOffset at, string subject) => new()
    {
        MessageId = Id,
        Channel = Message.Email,
        Address = Address,
        CampaignId = CampaignId,
        CustomerId = CustomerId,
        LeadId = LeadId,
        Subject = subject,
        At = at,
    };

    public MessageBounced Bounced(DateTimeOffset at, string subject, bool hard, string reason) => new()
    {
        MessageId = Id,
        Channel = Message.Email,
        Address = Address,
        CampaignId = CampaignId,
        CustomerId = CustomerId,
        LeadId = LeadId,
        Subject = subject,
        At = at,
        Hard = hard,
        Reason = reason,
    };

    public MessageFailed Failed(DateTimeOffset at, string subject, string outcome, string reason) => new()
    {
        MessageId = Id,
        Channel = Message.Email,
        Address = Address,
        CampaignId = CampaignId,
        CustomerId = CustomerId,
        LeadId = LeadId,
        Subject = subject,
        At = at,
        Outcome = outcome,
        Reason = reason,
    };

    private static Claimed Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Kind = row.GetString(1),
        BatchId = IdOrNull(row, 2),
        TemplateKey = TextOrNull(row, 3),
        BrandId = IdOrNull(row, 4),
        CampaignId = IdOrNull(row, 5),
        CustomerId = IdOrNull(row, 6),
        LeadId = IdOrNull(row, 7),
        Address = row.GetString(8),
        DisplayName = TextOrNull(row, 9),
        Subject = row.GetString(10),
        Variables = row.GetString(11),
        Traceparent = TextOrNull(row, 12),
        Attempts = row.GetInt32(13),
        FirstAttemptAt = row.IsDBNull(14) ? null : row.GetFieldValue<DateTimeOffset>(14),
        Status = row.GetString(15),
        Error = TextOrNull(row, 16),
    };

    private static Guid? IdOrNull(NpgsqlDataReader row, int at) => row.IsDBNull(at) ? null : row.GetGuid(at);

    private static string? TextOrNull(NpgsqlDataReader row, int at) => row.IsDBNull(at) ? null : row.GetString(at);
}

/// <summary>Keeps each message in the trace of the request that asked for it, though messages of many traces are worked off together.</summary>
internal static class MessageTraces
{
    /// <summary>The span of one hand-over. It is not left as the current one: the hand-overs of a claim run side by side.</summary>
    public static Activity? StartSend(Claimed message, MailGateway gateway)
    {
        var before = Activity.Current;
        var span = TidelineActivity.Mail.Continue("mail send", ActivityKind.Client, message.Traceparent);
        span?.SetTag("tideline.message", message.Id).SetTag("tideline.mail.provider", gateway.Provider).SetTag("server.address", gateway.Host).SetTag("server.port", gateway.Port);
        Activity.Current = before;
        return span;
    }

    /// <summary>The events as JSON for <see cref="OutboxSql.Insert"/>, each in the trace of its message.</summary>
    public static string Json(IEnumerable<(IEvent Event, Activity? Span, string? Traceparent)> events, Guid tenant)
    {
        var before = Activity.Current;
        try
        {
            return OutboxSql.Json(InTheirTraces(events), tenant);
        }
        finally
        {
            Activity.Current = before;
        }
    }

    private static IEnumerable<IEvent> InTheirTraces(IEnumerable<(IEvent Event, Activity? Span, string? Traceparent)> events)
    {
        foreach (var (happened, span, traceparent) in events)
        {
            // Without a listener there is no span, and the trace goes on all the same.
            using var bare = span is null && traceparent is not null ? new Activity("mail").SetParentId(traceparent).Start() : null;
            if (span is not null) Activity.Current = span;
            yield return happened;
        }
    }
}
