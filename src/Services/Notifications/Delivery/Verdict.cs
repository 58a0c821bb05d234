using System.Diagnostics;
using Tideline.Contracts;
using Tideline.Notifications.Email;
using Tideline.Notifications.Messages;

namespace Tideline.Notifications.Delivery;

/// <summary>What one try of a message came to.</summary>
/// <param name="Message">The message.</param>
/// <param name="Status">Its state from now on; <c>queued</c> when it is tried again.</param>
/// <param name="Outcome">Of the try: sent, bounced, retry, failed or unknown; none when nothing was tried.</param>
/// <param name="Response">What the provider said, or what was wrong.</param>
internal sealed record Verdict(Claimed Message, string Status, string? Outcome, string? Response)
{
    /// <summary>As it was rendered.</summary>
    public string Subject { get; init; } = Message.Subject;
    public TimeSpan RetryIn { get; init; }
    /// <summary>The address will never work.</summary>
    public bool IsHard { get; init; }
    /// <summary>What the sandbox keeps.</summary>
    public ComposedMail? Copy { get; init; }
    public Activity? Span { get; init; }
    public TimeSpan Took { get; init; }

    public IEvent? Event(DateTimeOffset at) => Status switch
    {
        MessageStatus.Sent => Message.Sent(at, Subject),
        MessageStatus.Bounced => Message.Bounced(at, Subject, IsHard, Response ?? ""),
        MessageStatus.Failed or MessageStatus.Unknown => Message.Failed(at, Subject, Status, Response ?? ""),
        _ => null,
    };
}

/// <summary>Decides what an SMTP outcome means for its message: out, again later, or over.</summary>
internal sealed class Judge(NotificationsOptions options, TimeProvider clock)
{
    // A relay that is away is asked often: it is one, and all messages wait for it.
    private static readonly TimeSpan LongestForRelay = TimeSpan.FromMinutes(5);

    public Verdict Of(Claimed message, SmtpOutcome outcome) => outcome switch
    {
        SmtpOutcome.Sent sent => new Verdict(message, MessageStatus.Sent, "sent", sent.Reply.ToString()),
        SmtpOutcome.Rejected rejected => new Verdict(message, MessageStatus.Bounced, "bounced", rejected.Reply.ToString())
        {
            IsHard = BounceClassifier.Classify(rejected.Reply) == BounceKind.Hard,
        },
        SmtpOutcome.Unknown unknown => new Verdict(message, MessageStatus.Unknown, "unknown", unknown.Reason),
        SmtpOutcome.Retry { Phase: SmtpPhase.NotStarted } => Untried(message),
        SmtpOutcome.Retry retry => Again(message, retry.Reply?.ToString() ?? retry.Reason, retry.IsRelayFault, wasAnswered: retry.Reply is not null && !retry.IsRelayFault),
        _ => throw new InvalidOperationException($"{outcome.GetType().Name} is no end of a message."),
    };

    /// <summary>The message itself is at fault, or its sender; trying again cannot help.</summary>
    public static Verdict Hopeless(Claimed message, string why) => new(message, MessageStatus.Failed, "failed", why);

    /// <summary>It could not be tried now; not the message's fault.</summary>
    public static Verdict Untried(Claimed message) => new(message, MessageStatus.Queued, null, null);

    /// <summary>Certainly not taken: later, unless it has been tried for long enough.</summary>
    public Verdict Again(Claimed message, string reason, bool isRelayFault, bool wasAnswered)
    {
        if (clock.GetUtcNow() - (message.FirstAttemptAt ?? clock.GetUtcNow()) >= options.GiveUpAfter)
            return wasAnswered ? new Verdict(message, MessageStatus.Bounced, "bounced", reason) : new Verdict(message, MessageStatus.Failed, "failed", reason);
        var longest = isRelayFault && LongestForRelay < options.RetryUpTo ? LongestForRelay : options.RetryUpTo;
        var pause = options.RetryFrom * Math.Pow(isRelayFault ? 2 : 4, Math.Clamp(message.Attempts - 1, 0, 20));
        // Jitter keeps messages that were put off together from coming back together.
        return new Verdict(message, MessageStatus.Queued, "retry", reason)
        {
            RetryIn = (pause < longest ? pause : longest) * (0.75 + Random.Shared.NextDouble() / 4),
        };
    }
}
