using System.Buffers;

namespace Tideline.Notifications.Email;

/// <summary>
/// Quoted-printable (RFC 2045 6.7) with CRLF lines of at most 76 columns. A dot or "From " never begins a line, so a
/// relay that forgets to unstuff dots and a mailbox file that quotes "From " both leave the text as it was.
/// </summary>
internal static class QuotedPrintable
{
    private const int Columns = 75;   // one more is kept for the "=" of a soft break

    private static readonly SearchValues<byte> Literal =
        SearchValues.Create(Enumerable.Range(0x20, 0x5F).Select(c => (byte)c).Where(c => c != '=').Append((byte)'\t').ToArray());

    /// <summary>Encodes UTF-8 text; the result always ends with a line break.</summary>
    public static void Write(MailBuffer to, ReadOnlySpan<byte> text)
    {
        var column = 0;
        while (text.Length > 0)
        {
            var run = text.IndexOfAnyExcept(Literal);
            if (run < 0) run = text.Length;
            if (run > 0)
            {
                column = WriteRun(to, text[..run], column);
                text = text[run..];
                continue;
            }
            var b = text[0];
            if (b is (byte)'\r' or (byte)'\n')
            {
                // A lone CR or LF is a line break too: neither may reach the wire alone.
                EndLine(to, column);
                text = text[(b == '\r' && text.Length > 1 && text[1] == '\n' ? 2 : 1)..];
                column = 0;
                continue;
            }
            if (column + 3 > Columns)
            {
                to.Write("=\r\n"u8);
                column = 0;
            }
            WriteEscaped(to, b);
            column += 3;
            text = text[1..];
        }
        if (column > 0) EndLine(to, column);
    }

    public static void WriteEscaped(MailBuffer to, byte b)
    {
        var room = to.GetSpan(3);
        room[0] = (byte)'=';
        room[1] = "0123456789ABCDEF"u8[b >> 4];
        room[2] = "0123456789ABCDEF"u8[b & 15];
        to.Advance(3);
    }

    private static int WriteRun(MailBuffer to, ReadOnlySpan<byte> run, int column)
    {
        while (run.Length > 0)
        {
            if (column == 0 && (run[0] == (byte)'.' || run.StartsWith("From "u8)))
            {
                WriteEscaped(to, run[0]);
                column = 3;
                run = run[1..];
                continue;
            }
            var take = Math.Min(run.Length, Columns - column);
            if (take == 0)
            {
                to.Write("=\r\n"u8);
                column = 0;
                continue;
            }
            to.Write(run[..take]);
            column += take;
            run = run[take..];
        }
        return column;
    }

    /// <summary>Ends a line. White space at its end is escaped, because relays may strip it.</summary>
    private static void EndLine(MailBuffer to, int column)
    {
        if (column > 0 && to.Written[^1] is (byte)' ' or (byte)'\t')
        {
            var space = to.Written[^1];
            to.Truncate(to.Length - 1);
            if (column + 2 > Columns + 1) to.Write("=\r\n"u8);
            WriteEscaped(to, space);
        }
        to.Write("\r\n"u8);
    }
}
