using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Tideline.Notifications.Email;

/// <summary>
/// Writes text into a header: cleaned so that it can never start another header, folded at 76 columns, and as RFC 2047
/// encoded-words when it is not plain ASCII.
/// </summary>
internal static class HeaderText
{
    private const int LineLimit = 76;
    private const int HardLimit = 998;
    private const int EncodedWordFrame = 12;   // "=?utf-8?Q?" and "?="
    private const int MaxText = 4000;

    private static readonly SearchValues<char> Printable = SearchValues.Create(Enumerable.Range(0x20, 0x5F).Select(c => (char)c).ToArray());
    private static readonly SearchValues<char> Atom =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~ ");
    // The narrowest of RFC 2047's sets (phrases), so that one encoder serves every header.
    private static readonly SearchValues<byte> LiteralInQ =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/"u8);

    /// <summary>Removes what could break a header or disguise a name: controls, line separators, direction overrides.</summary>
    public static string Clean(string text)
    {
        if (text.Length > MaxText) text = text[..MaxText];
        if (!text.AsSpan().ContainsAnyExcept(Printable)) return text.Trim(' ');
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator:
                    if (clean.Length > 0 && clean[^1] != ' ') clean.Append(' ');
                    break;
                case UnicodeCategory.Format when rune.Value is >= 0x202A and <= 0x202E or >= 0x2066 and <= 0x2069 or 0x200E or 0x200F:
                    break;
                default:
                    clean.Append(rune);
                    break;
            }
        }
        return clean.ToString().Trim(' ');
    }

    /// <summary>Writes the value of an unstructured header such as Subject, ending the line.</summary>
    /// <param name="to">The message.</param>
    /// <param name="text">What the header says.</param>
    /// <param name="column">Columns used by the name, the colon and the space.</param>
    /// <param name="keepLongWords">Leave long ASCII words whole: identifiers would be no use in pieces.</param>
    public static void WriteText(MailBuffer to, string text, int column, bool keepLongWords = false)
    {
        var clean = Clean(text);
        if (clean.Length == 0) to.Truncate(to.Length - 1);   // the blank after the colon: no line ends with one
        else if (!IsPlain(clean) || !TryFold(to, clean, column, keepLongWords ? HardLimit - 2 : LineLimit - 1)) WriteEncoded(to, clean, column);
        to.Write("\r\n"u8);
    }

    /// <summary>Writes "name &lt;address&gt;" or the bare address, ending the line.</summary>
    public static void WriteMailbox(MailBuffer to, Mailbox mailbox, int column)
    {
        var name = mailbox.Name is { } given ? Clean(given) : "";
        if (name.Length == 0)
        {
            to.Write(mailbox.Address);
        }
        else
        {
            column = WritePhrase(to, name, column);
            to.Write(column + mailbox.Address.Length + 3 > LineLimit ? "\r\n <"u8 : " <"u8);
            to.Write(mailbox.Address);
            to.Write((byte)'>');
        }
        to.Write("\r\n"u8);
    }

    private static bool IsPlain(string text) =>
        !text.AsSpan().ContainsAnyExcept(Printable) && !text.Contains("=?", StringComparison.Ordinal);

    private static int WritePhrase(MailBuffer to, string name, int column)
    {
        if (!IsPlain(name) || name.Length > 60) return WriteEncoded(to, name, column);
        var start = to.Length;
        if (!name.AsSpan().ContainsAnyExcept(Atom))
        {
            to.Write(name);
        }
        else
        {
            to.Write((byte)'"');
            to.Write(name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal));
            to.Write((byte)'"');
        }
        return column + to.Length - start;
    }

    /// <summary>Breaks ASCII text at spaces. False, with nothing written, if a word does not fit a line.</summary>
    private static bool TryFold(MailBuffer to, string text, int column, int longestWord)
    {
        var start = to.Length;
        for (var i = 0; i < text.Length;)
        {
            // A word takes the spaces before it along, so unfolding gives back every one of them.
            var wordStart = i;
            while (wordStart < text.Length && text[wordStart] == ' ') wordStart++;
            var end = text.IndexOf(' ', wordStart);
            if (end < 0) end = text.Length;
            var length = end - i;
            if (length > longestWord)
            {
                to.Truncate(start);
                return false;
            }
            if (i > 0 && column + length > LineLimit)
            {
                to.Write("\r\n"u8);
                column = 0;
            }
            to.Write(text.AsSpan(i, length));
            column += length;
            i = end;
        }
        return true;
    }

    private static int WriteEncoded(MailBuffer to, string text, int column)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var bytes = rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented));
        var inQ = 0;
        foreach (var b in bytes) inQ += CostInQ(b);
        var useQ = inQ <= (bytes.Length + 2) / 3 * 4;

        while (bytes.Length > 0)
        {
            var room = LineLimit - column - EncodedWordFrame;
            if (room < 16)
            {
                to.Write("\r\n "u8);
                column = 1;
                continue;
            }
            var take = Fitting(bytes, room, useQ);
            var start = to.Length;
            to.Write(useQ ? "=?utf-8?Q?"u8 : "=?utf-8?B?"u8);
            if (useQ) WriteQ(to, bytes[..take]);
            else WriteBase64(to, bytes[..take]);
            to.Write("?="u8);
            column += to.Length - start;
            bytes = bytes[take..];
            if (bytes.Length > 0) column = LineLimit;
        }
        ArrayPool<byte>.Shared.Return(rented);
        return column;
    }

    /// <summary>The longest prefix that fits and does not split a character: each encoded-word must decode alone.</summary>
    private static int Fitting(ReadOnlySpan<byte> bytes, int room, bool useQ)
    {
        var taken = 0;
        var used = 0;
        while (taken < bytes.Length)
        {
            var length = 1;
            while (taken + length < bytes.Length && (bytes[taken + length] & 0xC0) == 0x80) length++;
            if (useQ) foreach (var b in bytes.Slice(taken, length)) used += CostInQ(b);
            else used = (taken + length + 2) / 3 * 4;
            if (used > room) break;
            taken += length;
        }
        return taken;
    }

    private static int CostInQ(byte b) => b == (byte)' ' || LiteralInQ.Contains(b) ? 1 : 3;

    private static void WriteQ(MailBuffer to, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            if (b == (byte)' ') to.Write((byte)'_');
            else if (LiteralInQ.Contains(b)) to.Write(b);
            else QuotedPrintable.WriteEscaped(to, b);
        }
    }

    private static void WriteBase64(MailBuffer to, ReadOnlySpan<byte> bytes)
    {
        var room = to.GetSpan(Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        Base64.EncodeToUtf8(bytes, room, out _, out var written);
        to.Advance(written);
    }
}
