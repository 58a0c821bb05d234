namespace Tideline.Notifications.Email;

/// <summary>Everything a message says about itself; its bodies are handed to <see cref="MimeMessage"/> as UTF-8.</summary>
internal sealed record EmailMessage
{
    /// <summary>Becomes the Message-ID, so that a hand-over whose end is unknown can be found at the relay.</summary>
    public required Guid DeliveryId { get; init; }

    public required Mailbox From { get; init; }

    public required Mailbox To { get; init; }

    public Mailbox? ReplyTo { get; init; }

    public required string Subject { get; init; }

    public required DateTimeOffset Date { get; init; }

    /// <summary>Right side of the Message-ID; the sender's domain if absent.</summary>
    public string? MessageIdDomain { get; init; }

    /// <summary>Absolute address of the recipient's unsubscribe page. One-Click is promised only for https (RFC 8058).</summary>
    public string? UnsubscribeUrl { get; init; }

    public IReadOnlyList<MessageHeader> Headers { get; init; } = [];

    public bool NeedsSmtpUtf8 => From.NeedsSmtpUtf8 || To.NeedsSmtpUtf8 || ReplyTo is { NeedsSmtpUtf8: true };
}
