namespace Tideline.Notifications.Email;

internal enum SmtpPhase { NotStarted, Connect, Greeting, Ehlo, StartTls, Auth, MailFrom, RcptTo, Data, EndOfData }

/// <summary>What became of one message at the relay. There are exactly these four ends.</summary>
internal abstract record SmtpOutcome
{
    private SmtpOutcome() { }

    /// <summary>The relay took responsibility for the message.</summary>
    public sealed record Sent(SmtpReply Reply, string? QueueId) : SmtpOutcome;

    /// <summary>The relay, or the platform for it, refused this message for good. It was not taken.</summary>
    public sealed record Rejected(SmtpPhase Phase, SmtpReply Reply) : SmtpOutcome;

    /// <summary>The message was certainly not taken and may be tried again.</summary>
    public sealed record Retry(SmtpPhase Phase, SmtpReply? Reply, string Reason) : SmtpOutcome
    {
        /// <summary>The fault lies with the relay or the account, not with the message: pause or use another one.</summary>
        public bool IsRelayFault => Phase is > SmtpPhase.NotStarted and < SmtpPhase.MailFrom;
    }

    /// <summary>
    /// The connection broke after the end of the message was handed over and before the answer. Nobody knows whether the
    /// relay took it, so it is neither sent nor failed.
    /// </summary>
    public sealed record Unknown(string Reason) : SmtpOutcome;
}
