using System.Buffers;

namespace Tideline.Notifications.Email;

/// <summary>
/// Writes a complete RFC 5322 message with CRLF lines: headers, then text, HTML, or both as multipart/alternative.
/// Everything but an address that needs SMTPUTF8 is 7-bit, so any relay can carry it.
/// </summary>
internal static class MimeMessage
{
    // A URL stands in a header as it is: only characters that RFC 3986 allows, and none that would end the <…>.
    private static readonly SearchValues<char> UrlText =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/?#[]@!$&'()*+;=%");

    private static readonly SearchValues<char> DomainText =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.");

    public static void Write(MailBuffer to, EmailMessage message, ReadOnlySpan<byte> text, ReadOnlySpan<byte> html)
    {
        WriteHeaders(to, message);
        if (text.Length > 0 && html.Length > 0)
        {
            // "=_" cannot occur in quoted-printable, so the boundary needs no search of the bodies.
            to.Write("Content-Type: multipart/alternative;\r\n boundary=\""u8);
            WriteBoundary(to, message);
            to.Write("\"\r\n\r\n"u8);
            WritePart(to, message, "text/plain"u8, text);
            WritePart(to, message, "text/html"u8, html);
            to.Write("--"u8);
            WriteBoundary(to, message);
            to.Write("--\r\n"u8);
        }
        else if (html.Length > 0)
        {
            WriteBody(to, "text/html"u8, html);
        }
        else
        {
            WriteBody(to, "text/plain"u8, text);
        }
    }

    private static void WriteHeaders(MailBuffer to, EmailMessage message)
    {
        to.Write("Date: "u8);
        to.Write(message.Date, "R");
        to.Truncate(to.Length - 3);
        to.Write("+0000\r\nFrom: "u8);
        HeaderText.WriteMailbox(to, message.From, 6);
        to.Write("To: "u8);
        HeaderText.WriteMailbox(to, message.To, 4);
        if (message.ReplyTo is { } replyTo)
        {
            to.Write("Reply-To: "u8);
            HeaderText.WriteMailbox(to, replyTo, 10);
        }
        to.Write("Subject: "u8);
        HeaderText.WriteText(to, message.Subject, 9);
        to.Write("Message-ID: <"u8);
        to.Write(message.DeliveryId);
        to.Write((byte)'@');
        var domain = message.MessageIdDomain ?? message.From.Domain;
        if (domain.AsSpan().ContainsAnyExcept(DomainText)) throw new ArgumentException("The domain of the Message-ID is not a host name.");
        to.Write(domain);
        to.Write(">\r\n"u8);
        if (message.UnsubscribeUrl is { } url) WriteUnsubscribe(to, url);
        foreach (var header in message.Headers)
        {
            to.Write(header.Name);
            to.Write(": "u8);
            HeaderText.WriteText(to, header.Value, header.Name.Length + 2, keepLongWords: true);
        }
        to.Write("MIME-Version: 1.0\r\n"u8);
    }

    private static void WriteUnsubscribe(MailBuffer to, string url)
    {
        var https = url.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        if ((!https && !url.StartsWith("http://", StringComparison.OrdinalIgnoreCase)) || url.Length > 900 ||
            url.AsSpan().ContainsAnyExcept(UrlText))
            throw new ArgumentException("The unsubscribe address is not an absolute http address.", nameof(url));
        to.Write("List-Unsubscribe: <"u8);
        to.Write(url);
        to.Write(https ? ">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"u8 : ">\r\n"u8);
    }

    private static void WritePart(MailBuffer to, EmailMessage message, ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
    {
        to.Write("--"u8);
        WriteBoundary(to, message);
        to.Write("\r\n"u8);
        WriteBody(to, type, body);
    }

    private static void WriteBody(MailBuffer to, ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
    {
        to.Write("Content-Type: "u8);
        to.Write(type);
        to.Write("; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"u8);
        QuotedPrintable.Write(to, body);
    }

    private static void WriteBoundary(MailBuffer to, EmailMessage message)
    {
        to.Write("=_"u8);
        to.Write(message.DeliveryId, "N");
    }
}
