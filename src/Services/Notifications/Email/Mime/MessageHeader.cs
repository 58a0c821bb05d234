using System.Diagnostics.CodeAnalysis;

namespace Tideline.Notifications.Email;

/// <summary>An extra header of a message, such as Feedback-ID. Names that the writer owns cannot be given twice.</summary>
internal sealed record MessageHeader
{
    private static readonly HashSet<string> Owned = new(StringComparer.OrdinalIgnoreCase)
    {
        "From", "To", "Cc", "Bcc", "Sender", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Return-Path", "Received",
        "DKIM-Signature", "List-Unsubscribe", "List-Unsubscribe-Post", "Content-Type", "Content-Transfer-Encoding",
        "Content-Disposition", "Content-ID", "Delivered-To", "Authentication-Results",
    };

    private MessageHeader(string name, string value) => (Name, Value) = (name, value);

    public string Name { get; }

    public string Value { get; }

    public static bool TryCreate(string name, string value, [NotNullWhen(true)] out MessageHeader? header,
        [NotNullWhen(false)] out string? problem)
    {
        header = null;
        if (name.Length is 0 or > 60 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            problem = "A header name has 1 to 60 letters, digits and hyphens.";
        else if (Owned.Contains(name))
            problem = $"The header {name} is written by the platform.";
        else if (value.Length > 900)
            problem = "A header value has at most 900 characters.";
        else
            (header, problem) = (new MessageHeader(name, HeaderText.Clean(value)), null);
        return header is not null;
    }

    public static MessageHeader Create(string name, string value) =>
        TryCreate(name, value, out var header, out var problem) ? header : throw new ArgumentException(problem);
}
