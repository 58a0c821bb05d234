namespace Tideline.Contracts.Notifications;

/// <summary>What every event of one message says of it. The life of a message: queued, sent, delivered or bounced, opened, clicked.</summary>
public abstract record MessageEvent : IEvent
{
    public required Guid MessageId { get; init; }
    /// <summary><c>email</c>, <c>sms</c>, <c>voicemail</c> or <c>push</c>.</summary>
    public required string Channel { get; init; }
    public required string Address { get; init; }
    public Guid? CampaignId { get; init; }
    public Guid? CustomerId { get; init; }
    public Guid? LeadId { get; init; }
    public string? Subject { get; init; }
    public required DateTimeOffset At { get; init; }
    public string Key => MessageId.ToString();
}

/// <summary>The next hop has taken responsibility for the message.</summary>
[Event("message.sent")]
public sealed record MessageSent : MessageEvent;

/// <summary>The provider confirmed that it reached the recipient. Plain SMTP never says so.</summary>
[Event("message.delivered")]
public sealed record MessageDelivered : MessageEvent;

/// <summary>The tracking pixel was fetched. <see cref="First"/> is true once per message.</summary>
[Event("message.opened")]
public sealed record MessageOpened : MessageEvent
{
    public required bool First { get; init; }
}

/// <summary>A link was followed. <see cref="First"/> is true once per message.</summary>
[Event("message.clicked")]
public sealed record MessageClicked : MessageEvent
{
    public required string Url { get; init; }
    public required bool First { get; init; }
}

/// <summary>The address or its server refused the message.</summary>
[Event("message.bounced")]
public sealed record MessageBounced : MessageEvent
{
    /// <summary>A hard bounce suppresses the address.</summary>
    public required bool Hard { get; init; }
    public required string Reason { get; init; }
}

/// <summary>The recipient reported the message as spam.</summary>
[Event("message.complained")]
public sealed record MessageComplained : MessageEvent;

/// <summary>The recipient asked for no more.</summary>
[Event("message.unsubscribed")]
public sealed record MessageUnsubscribed : MessageEvent;

/// <summary>The message will not go out. <see cref="Outcome"/> says why.</summary>
[Event("message.failed")]
public sealed record MessageFailed : MessageEvent
{
    /// <summary><c>failed</c>, <c>suppressed</c>, <c>cancelled</c>, or <c>unknown</c> when the hand-over got no answer.</summary>
    public required string Outcome { get; init; }
    public required string Reason { get; init; }
}
