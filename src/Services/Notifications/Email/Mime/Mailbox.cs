using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Tideline.Notifications.Email;

/// <summary>
/// An address that may stand in a header and in an SMTP command. It exists only if it was parsed, so nothing that holds
/// one needs to fear line breaks, brackets or a domain that DNS cannot know.
/// </summary>
internal sealed record Mailbox
{
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };
    private static readonly SearchValues<char> AtomText =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~.");

    private Mailbox(string? name, string local, string domain, bool needsSmtpUtf8)
    {
        Name = name;
        Domain = domain;
        Address = $"{local}@{domain}";
        NeedsSmtpUtf8 = needsSmtpUtf8;
    }

    /// <summary>The display name as it was given; the header writer cleans and encodes it.</summary>
    public string? Name { get; private init; }

    /// <summary>As it goes on the wire: the domain in A-labels, an irregular local part quoted.</summary>
    public string Address { get; }

    /// <summary>Lower case, in A-labels.</summary>
    public string Domain { get; }

    /// <summary>The local part is not ASCII: only a relay that offers SMTPUTF8 can take it.</summary>
    public bool NeedsSmtpUtf8 { get; }

    public Mailbox Named(string? name) => this with { Name = name };

    public static bool TryParse(string? address, [NotNullWhen(true)] out Mailbox? mailbox, [NotNullWhen(false)] out string? problem) =>
        TryParse(null, address, out mailbox, out problem);

    public static bool TryParse(string? name, string? address, [NotNullWhen(true)] out Mailbox? mailbox,
        [NotNullWhen(false)] out string? problem)
    {
        mailbox = null;
        address = address?.Trim(' ') ?? "";
        var at = address.LastIndexOf('@');
        if (at < 0) return Fail("The address has no @.", out problem);
        if (!TryLocal(address[..at], out var local, out var utf8, out problem)) return false;
        if (!TryDomain(address[(at + 1)..], out var domain, out problem)) return false;
        // RFC 5321 4.5.3.1.3: a path of at most 256 octets, brackets included.
        if (Encoding.UTF8.GetByteCount(local) + 1 + domain.Length > 254) return Fail("The address is longer than 254 characters.", out problem);
        mailbox = new Mailbox(name, local, domain, utf8);
        return true;
    }

    public static Mailbox Parse(string address, string? name = null) =>
        TryParse(name, address, out var mailbox, out var problem) ? mailbox : throw new FormatException(problem);

    /// <summary>The domain as DNS knows it: lower case A-labels, without a final dot.</summary>
    public static bool TryDomain(string text, [NotNullWhen(true)] out string? domain, [NotNullWhen(false)] out string? problem)
    {
        domain = null;
        if (text.Length is 0 or > 253) return Fail("The domain of the address is empty or too long.", out problem);
        try
        {
            // The mapping is IDNA 2003 without a case fold of its own when globalisation is invariant.
            domain = Idn.GetAscii(text.ToLowerInvariant().Normalize(NormalizationForm.FormKC)).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return Fail("The domain of the address is not a valid host name.", out problem);
        }
        var labels = domain.Split('.');
        if (domain.Length > 253 || labels.Any(label => !IsLabel(label)) || labels[^1].All(char.IsAsciiDigit))
            return Fail("The domain of the address is not a valid host name.", out problem);
        problem = null;
        return true;
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private static bool TryLocal(string text, out string local, out bool utf8, [NotNullWhen(false)] out string? problem)
    {
        local = text;
        utf8 = false;
        if (text.Length == 0 || Encoding.UTF8.GetByteCount(text) > 64)
            return Fail("The part before the @ must have 1 to 64 characters.", out problem);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii ? !AtomText.Contains((char)rune.Value) : !IsSafe(rune))
                return Fail("The part before the @ has a character that is not allowed.", out problem);
            utf8 |= !rune.IsAscii;
        }
        // Addresses such as a..b@ and a.@ exist (Japanese carriers gave them out); the wire wants them quoted.
        if (text[0] == '.' || text[^1] == '.' || text.Contains("..", StringComparison.Ordinal)) local = $"\"{text}\"";
        problem = null;
        return true;
    }

    private static bool IsSafe(Rune rune) => rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned or
         UnicodeCategory.PrivateUse or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static bool Fail(string message, out string problem)
    {
        problem = message;
        return false;
    }

    public override string ToString() => string.IsNullOrEmpty(Name) ? Address : $"{Name} <{Address}>";
}
