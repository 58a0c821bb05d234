namespace Tideline.Notifications.Email;

/// <summary>What a relay says in its answer to EHLO.</summary>
internal sealed record SmtpCapabilities
{
    public static SmtpCapabilities None { get; } = new();

    public bool Pipelining { get; private init; }

    public bool EightBitMime { get; private init; }

    public bool SmtpUtf8 { get; private init; }

    public bool StartTls { get; private init; }

    public bool Size { get; private init; }

    /// <summary>In bytes; 0 if the relay names none.</summary>
    public long MaxSize { get; private init; }

    public bool AuthPlain { get; private init; }

    public bool AuthLogin { get; private init; }

    public static SmtpCapabilities Parse(IEnumerable<string> lines)
    {
        var found = None;
        foreach (var line in lines)
        {
            // "AUTH=PLAIN" is an old spelling that some servers still add.
            var words = line.ToUpperInvariant().Split([' ', '='], StringSplitOptions.RemoveEmptyEntries);
            found = words.FirstOrDefault() switch
            {
                "PIPELINING" => found with { Pipelining = true },
                "8BITMIME" => found with { EightBitMime = true },
                "SMTPUTF8" => found with { SmtpUtf8 = true },
                "STARTTLS" => found with { StartTls = true },
                "SIZE" => found with { Size = true, MaxSize = words.Length > 1 && long.TryParse(words[1], out var size) && size > 0 ? size : 0 },
                "AUTH" => found with
                {
                    AuthPlain = found.AuthPlain || words.Contains("PLAIN"),
                    AuthLogin = found.AuthLogin || words.Contains("LOGIN"),
                },
                _ => found,
            };
        }
        return found;
    }
}
