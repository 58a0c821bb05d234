using System.Buffers;

namespace Tideline.Platform.Text;

/// <summary>
/// What a typed e-mail address means. <see cref="Canonical"/> is the deliverable address in lower case, with its domain in
/// ASCII; <see cref="MatchKey"/> is equal for addresses that reach the same mailbox and is only ever compared, never
/// written to. When both are null, <see cref="Reason"/> says in a sentence why. Callers keep what was typed.
/// </summary>
public readonly record struct EmailAddress(string? Canonical, string? MatchKey, string? Reason)
{
    /// <summary>The longest address that SMTP carries (RFC 5321, less the angle brackets).</summary>
    public const int MaxLength = 254;

    private const int MaxLocalLength = 64;
    private const int MaxTypedLength = 1000;

    private static readonly SearchValues<char> LocalCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~.");

    /// <summary>Reads an address as people type and paste it: mailto:, "Ann Lee &lt;ann@lee.se&gt;", blanks, capitals, IDN domains.</summary>
    public static EmailAddress Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return Refused("The e-mail address is empty.");
        if (text.Length > MaxTypedLength) return Refused("The e-mail address is too long.");

        var address = Bare(text);
        var at = address.LastIndexOf('@');
        if (at < 0) return Refused("The e-mail address has no @.");
        if (address[0] == '"') return Refused("The e-mail address has a part in quotes before the @, which most mail servers refuse.");
        if (address[..at].Contains('@'))
        {
            return Refused(address.ContainsAny(",; ") ? "There is more than one e-mail address." : "The e-mail address has more than one @.");
        }
        if (LocalProblem(address[..at]) is { } problem) return Refused(problem);
        if (MailDomain.Read(address[(at + 1)..], out var domain) is { } domainProblem) return Refused(domainProblem);
        if (at + 1 + domain.Length > MaxLength) return Refused($"The e-mail address is longer than {MaxLength} characters.");

        var canonical = address.Length == text.Length && IsLower(address[..at]) && address[(at + 1)..].SequenceEqual(domain)
            ? text
            : string.Concat(address[..at].ToString().ToLowerInvariant(), "@", domain);
        return new EmailAddress(canonical, Mailboxes.KeyOf(canonical, at), null);
    }

    // The address without what surrounds it when it is copied from a mail program or a table.
    private static ReadOnlySpan<char> Bare(string text)
    {
        var address = text.AsSpan().Trim().TrimEnd(",; ");
        if (address.EndsWith(">") && address.LastIndexOf('<') is >= 0 and var open) address = address[(open + 1)..^1].Trim();
        if (address.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase))
        {
            address = address[7..].TrimStart();
            if (address.IndexOf('?') is >= 0 and var query) address = address[..query];
        }
        address = address.TrimEnd(",;. ").Trim("\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f ");
        return address.Length > 2 && address[0] is '\'' && address[^1] is '\'' ? address[1..^1] : address;
    }

    private static string? LocalProblem(ReadOnlySpan<char> local)
    {
        if (local.Length == 0) return "The e-mail address has nothing before the @.";
        if (local.Length > MaxLocalLength) return $"The part of the e-mail address before the @ is longer than {MaxLocalLength} characters.";
        if (local.IndexOfAnyExcept(LocalCharacters) is >= 0 and var wrong)
        {
            return local[wrong] switch
            {
                ',' or ';' => "There is more than one e-mail address.",
                ' ' or '\t' or '\r' or '\n' or '\u00a0' => "The e-mail address contains a space.",
                > '\u007f' => "The part of the e-mail address before the @ has letters that most mail servers refuse.",
                _ => "The part of the e-mail address before the @ has a character that is not allowed there.",
            };
        }
        return local[0] == '.' || local[^1] == '.' || local.Contains("..", StringComparison.Ordinal)
            ? "The part of the e-mail address before the @ has a dot too many."
            : null;
    }

    private static bool IsLower(ReadOnlySpan<char> text) => !text.ContainsAnyInRange('A', 'Z');

    private static EmailAddress Refused(string reason) => new(null, null, reason);
}
