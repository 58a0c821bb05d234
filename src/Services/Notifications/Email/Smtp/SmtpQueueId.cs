using System.Buffers;

namespace Tideline.Notifications.Email;

/// <summary>Finds the relay's own name for a message in its answer, for asking the relay about it later.</summary>
internal static class SmtpQueueId
{
    private static readonly string[] Markers = ["queued as ", "queued mail for delivery as ", "accepted for delivery as ", "message-id ", "id="];
    private static readonly SearchValues<char> IdText =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@$+/=");

    public static string? Find(string text)
    {
        foreach (var marker in Markers)
        {
            var at = text.IndexOf(marker, StringComparison.OrdinalIgnoreCase);
            if (at < 0) continue;
            var id = Word(text.AsSpan(at + marker.Length).TrimStart('<'));
            if (id.Length > 0) return id.ToString();
        }
        // "Ok 0100018f3c…-000000" (SES), "OK 1700000000 a1b2c3 - gsmtp" (Google): what follows the Ok, if it has a digit.
        if (!text.StartsWith("ok", StringComparison.OrdinalIgnoreCase)) return null;
        var rest = text.AsSpan(2).TrimStart(": ");
        var end = rest.IndexOf(" - ");
        var first = end > 0 && rest.EndsWith("gsmtp") ? rest[..end] : Word(rest);
        return first.Length is >= 6 and <= 128 && first.ContainsAnyInRange('0', '9') ? first.ToString() : null;
    }

    private static ReadOnlySpan<char> Word(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExcept(IdText);
        var word = (end < 0 ? text : text[..end]).TrimEnd('.');
        return word[..Math.Min(word.Length, 128)];
    }
}
