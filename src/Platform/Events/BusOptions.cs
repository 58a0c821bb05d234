using System.ComponentModel.DataAnnotations;

namespace Tideline.Platform.Events;

/// <summary>Section <c>Bus</c>.</summary>
public sealed class BusOptions
{
    /// <summary>What carries events between services. A broker needs <c>Bus:RabbitMq</c> or <c>Bus:Kafka</c>; the <c>bus</c> database is needed with each.</summary>
    public BusTransport Transport { get; set; }

    /// <summary>How often an outbox is looked at without having been told of news.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan OutboxPoll { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the log is looked at without having been told of news.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan LogPoll { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Tell and be told of news by NOTIFY. Off, only polling is left between processes.</summary>
    public bool Notifications { get; set; } = true;

    /// <summary>Events that a relay moves at once.</summary>
    [Range(1, 10_000)]
    public int RelayBatch { get; set; } = 1000;

    /// <summary>Events that a consumer reads at once.</summary>
    [Range(1, 10_000)]
    public int ReadBatch { get; set; } = 500;

    /// <summary>Events of single-event handlers that share a transaction.</summary>
    [Range(1, 1000)]
    public int HandleBatch { get; set; } = 100;

    /// <summary>Chunks of events of one group at work at the same time in this process; fewer when the pool of connections is small.</summary>
    [Range(1, 16)]
    public int Lanes { get; set; } = 4;

    /// <summary>A partition whose process has not shown life for this long goes to another.</summary>
    [Range(typeof(TimeSpan), "00:00:00.300", "00:10:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A handler, or a run of them in one transaction, that takes longer has failed.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan HandlerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Attempts before an event is a dead letter, the first included.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 10;

    /// <summary>Longest pause before the second attempt; doubled with each further one.</summary>
    public TimeSpan RetryFrom { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause between two attempts.</summary>
    public TimeSpan RetryUpTo { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Age at which events that every group has passed leave the log, and deliveries the inboxes.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(14);

    /// <summary>Age at which answers kept for an <c>Idempotency-Key</c> are forgotten.</summary>
    public TimeSpan IdempotencyRetention { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Switches the inbox off. Not configurable: for the tests that show what goes wrong without it.</summary>
    internal bool SkipInbox { get; set; }

    /// <summary>Pause before the attempt after <paramref name="attempts"/> failed ones: full jitter, so that what failed together does not come back together.</summary>
    internal TimeSpan Backoff(int attempts)
    {
        var longest = Math.Min(RetryUpTo.TotalSeconds, RetryFrom.TotalSeconds * Math.Pow(2, Math.Clamp(attempts - 1, 0, 30)));
        return TimeSpan.FromSeconds(longest * Random.Shared.NextDouble());
    }
}

/// <summary>What can carry events.</summary>
public enum BusTransport
{
    /// <summary>A log in the <c>bus</c> database.</summary>
    Postgres,

    /// <summary>Streams of RabbitMQ.</summary>
    RabbitMq,

    /// <summary>A topic of Kafka.</summary>
    Kafka,
}
