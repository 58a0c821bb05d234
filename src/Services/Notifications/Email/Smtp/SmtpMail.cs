namespace Tideline.Notifications.Email;

/// <summary>A built message with its envelope.</summary>
/// <param name="ReturnPath">Where bounces go; null for the empty path of mail that must not bounce.</param>
/// <param name="To">The one recipient: campaigns have a message for each person.</param>
/// <param name="Content">The message as <see cref="MimeMessage"/> wrote it. It must not change until the send has ended.</param>
/// <param name="NeedsSmtpUtf8">A header has an address that only SMTPUTF8 can carry.</param>
internal readonly record struct SmtpMail(Mailbox? ReturnPath, Mailbox To, ReadOnlyMemory<byte> Content, bool NeedsSmtpUtf8 = false)
{
    public bool NeedsExtension => NeedsSmtpUtf8 || To.NeedsSmtpUtf8 || ReturnPath is { NeedsSmtpUtf8: true };
}
