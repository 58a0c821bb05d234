using System.Buffers;

namespace Tideline.Notifications.Email;

/// <summary>
/// The message as it stands on the wire after DATA: a dot that begins a line is doubled, and every line ends with CRLF,
/// because a lone CR or LF is what SMTP smuggling is made of.
/// </summary>
internal static class DotStuffing
{
    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);

    public static void Write(MailBuffer to, ReadOnlySpan<byte> message)
    {
        while (message.Length > 0)
        {
            if (message[0] == (byte)'.') to.Write((byte)'.');
            var end = message.IndexOfAny(LineEnds);
            if (end < 0)
            {
                to.Write(message);
                to.Write("\r\n"u8);
                return;
            }
            if (message[end] == '\r' && end + 1 < message.Length && message[end + 1] == '\n')
            {
                to.Write(message[..(end + 2)]);
                message = message[(end + 2)..];
            }
            else
            {
                to.Write(message[..end]);
                to.Write("\r\n"u8);
                message = message[(end + 1)..];
            }
        }
    }
}
