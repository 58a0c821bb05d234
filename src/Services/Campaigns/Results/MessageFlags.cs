namespace Tideline.Campaigns.Results;

/// <summary>
/// What is known of a message. Bits are only added, and everything that is shown is worked out from the set; so it does not matter in which order
/// the news comes in, nor how often.
/// </summary>
[Flags]
internal enum MessageFlags : short
{
    None = 0,
    Sent = 1,
    Delivered = 2,
    Opened = 4,
    Clicked = 8,
    Bounced = 16,
    Complained = 32,
    Unsubscribed = 64,
    Failed = 128,
    Unknown = 256,
    Cancelled = 512,
    Skipped = 1024,
}

/// <summary>What is counted.</summary>
internal enum Metric
{
    Skipped, Sent, Delivered, Opened, Clicked, Bounced, Complained, Unsubscribed, Failed, Unknown, Cancelled,
    /// <summary>Nothing more will become of the sending: recipients without it are queued.</summary>
    Ended,
}

internal static class MessageState
{
    private const MessageFlags Out = MessageFlags.Sent | MessageFlags.Delivered;
    private const MessageFlags Known = Out | MessageFlags.Bounced;

    /// <summary>A message that has come to an end; an open alone does not tell that, its sending will still be reported.</summary>
    public const MessageFlags End = Known | MessageFlags.Failed | MessageFlags.Unknown | MessageFlags.Cancelled | MessageFlags.Skipped;

    /// <summary>By metric: one of these bits, and none of those. What got out, or is known to have bounced, is no longer unknown, failed or cancelled.</summary>
    public static readonly IReadOnlyDictionary<Metric, (MessageFlags Any, MessageFlags None)> Rules = new Dictionary<Metric, (MessageFlags, MessageFlags)>
    {
        [Metric.Sent] = (MessageFlags.Sent, MessageFlags.None),
        [Metric.Delivered] = (MessageFlags.Delivered, MessageFlags.None),
        [Metric.Opened] = (MessageFlags.Opened, MessageFlags.None),
        [Metric.Clicked] = (MessageFlags.Clicked, MessageFlags.None),
        [Metric.Bounced] = (MessageFlags.Bounced, MessageFlags.None),
        [Metric.Complained] = (MessageFlags.Complained, MessageFlags.None),
        [Metric.Unsubscribed] = (MessageFlags.Unsubscribed, MessageFlags.None),
        [Metric.Failed] = (MessageFlags.Failed, Known),
        [Metric.Unknown] = (MessageFlags.Unknown, Known | MessageFlags.Failed),
        [Metric.Skipped] = (MessageFlags.Skipped, Known | MessageFlags.Failed | MessageFlags.Unknown),
        [Metric.Cancelled] = (MessageFlags.Cancelled, Known | MessageFlags.Failed | MessageFlags.Unknown | MessageFlags.Skipped),
        [Metric.Ended] = (End, MessageFlags.None),
    };

    /// <summary>What the message counts for.</summary>
    public static IEnumerable<Metric> MetricsOf(MessageFlags flags) =>
        Rules.Where(rule => (flags & rule.Value.Any) != 0 && (flags & rule.Value.None) == 0).Select(rule => rule.Key);

    /// <summary>The one word for it: the furthest that it got.</summary>
    public static string WordFor(MessageFlags flags)
    {
        if (Has(MessageFlags.Complained)) return "complained";
        if (Has(MessageFlags.Unsubscribed)) return "unsubscribed";
        if (Has(MessageFlags.Clicked)) return "clicked";
        if (Has(MessageFlags.Opened)) return "opened";
        if (Has(MessageFlags.Bounced)) return "bounced";
        if (Has(MessageFlags.Delivered)) return "delivered";
        if (Has(MessageFlags.Sent)) return "sent";
        if (Has(MessageFlags.Failed)) return "failed";
        if (Has(MessageFlags.Unknown)) return "unknown";
        if (Has(MessageFlags.Skipped)) return "skipped";
        return Has(MessageFlags.Cancelled) ? "cancelled" : "queued";

        bool Has(MessageFlags flag) => (flags & flag) != 0;
    }

    /// <summary>Whether the metric's reason is of interest to people.</summary>
    public static bool HasReason(Metric metric) => metric is Metric.Skipped or Metric.Bounced or Metric.Failed or Metric.Unknown;
}
