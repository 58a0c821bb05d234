namespace Tideline.Notifications.Email;

/// <summary>An RFC 3463 status such as 5.1.1. Class 0 means that the server gave none.</summary>
internal readonly record struct EnhancedStatus(int Class, int Subject, int Detail)
{
    public bool IsGiven => Class != 0;

    /// <summary>Reads a status at the start of a text and says how long it was; 0 if there is none.</summary>
    public static int Read(ReadOnlySpan<char> text, out EnhancedStatus status)
    {
        status = default;
        if (text.Length < 5 || text[0] is not ('2' or '4' or '5') || text[1] != '.') return 0;
        var i = 2;
        if (!Number(text, ref i, out var subject) || i >= text.Length || text[i] != '.') return 0;
        i++;
        if (!Number(text, ref i, out var detail) || (i < text.Length && (char.IsAsciiDigit(text[i]) || text[i] == '.'))) return 0;
        status = new EnhancedStatus(text[0] - '0', subject, detail);
        return i;
    }

    public override string ToString() => IsGiven ? $"{Class}.{Subject}.{Detail}" : "";

    private static bool Number(ReadOnlySpan<char> text, ref int i, out int value)
    {
        var start = i;
        value = 0;
        while (i < text.Length && i - start < 3 && char.IsAsciiDigit(text[i])) value = value * 10 + text[i++] - '0';
        return i > start;
    }
}

/// <summary>A server's answer to one command, its lines joined. The text is cleaned of control characters.</summary>
internal sealed record SmtpReply(int Code, EnhancedStatus Status, string Text)
{
    public bool IsPositive => Code is >= 200 and < 300;

    public bool IsPermanent => Code is >= 500 and < 600;

    /// <summary>The server ends the connection after this answer.</summary>
    public bool IsClosing => Code == 421;

    public override string ToString() => Status.IsGiven ? $"{Code} {Status} {Text}" : $"{Code} {Text}";
}

/// <summary>The server said something that is not SMTP, or the conversation is out of step.</summary>
internal sealed class SmtpProtocolException(string message) : Exception(message);
