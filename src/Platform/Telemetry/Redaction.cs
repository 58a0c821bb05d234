using System.Buffers;
using System.Data.Common;
using System.Text;
using System.Text.RegularExpressions;

namespace Tideline.Platform.Telemetry;

/// <summary>
/// What must not reach a log line, a span or a label: secrets are replaced, e-mail addresses and phone numbers are masked. Text without
/// anything suspicious comes back as the same instance, after a few vectorised looks.
/// </summary>
internal static partial class Redaction
{
    public const string Hidden = "***";

    private static readonly SearchValues<string> SecretWords = SearchValues.Create(
        [
            "password", "passwd", "pwd", "passphrase", "secret", "token", "authorization", "cookie", "apikey", "api_key", "api-key",
            "credential", "privatekey", "private_key", "connectionstring", "recoverycode", "totp",
        ],
        StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> PhoneWords = SearchValues.Create(["phone", "mobile", "msisdn"], StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> BareTokens = SearchValues.Create(["bearer ", "eyJ", "tl_live_", "tlr_", "tlo_", "tli_"], StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether values under this name are secrets.</summary>
    public static bool IsSecret(ReadOnlySpan<char> name) => name.ContainsAny(SecretWords);

    /// <summary>A named value as it may be shown. The same instance when nothing had to be hidden.</summary>
    public static object? Field(string name, object? value) => value switch
    {
        // A count of tokens is no token.
        null or bool or int or long or double or float or decimal or short or byte or uint or ulong => value,
        _ when IsSecret(name) => Hidden,
        string text when name.AsSpan().ContainsAny(PhoneWords) && !text.Contains('@', StringComparison.Ordinal) => Phone(text),
        string text => Text(text),
        _ => value,
    };

    /// <summary>Free text as it may be shown.</summary>
    public static string Text(string text)
    {
        if (text.AsSpan().ContainsAny(SecretWords)) text = Assignments().Replace(text, "${name}" + Hidden);
        if (text.AsSpan().ContainsAny(BareTokens)) text = Tokens().Replace(text, Hidden);
        if (text.Contains('@', StringComparison.Ordinal)) text = MaskEmails(text);
        if (text.Contains('+', StringComparison.Ordinal)) text = MaskPhones(text);
        return text;
    }

    /// <summary>The database that a connection string names, when the text is one; otherwise null.</summary>
    public static string? DatabaseOf(string text)
    {
        if (!text.Contains(';', StringComparison.Ordinal) || !ConnectionString().IsMatch(text)) return null;
        try
        {
            var settings = new DbConnectionStringBuilder { ConnectionString = text };
            return settings.TryGetValue("Database", out var name) ? name.ToString() : "unnamed";
        }
        catch (ArgumentException)
        {
            return "unnamed";
        }
    }

    private static string Phone(string number)
    {
        var digits = number.Count(char.IsAsciiDigit);
        if (digits < 5) return number;
        var seen = 0;
        return string.Create(number.Length, number, (mask, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                if (char.IsAsciiDigit(source[i])) seen++;
                mask[i] = char.IsAsciiDigit(source[i]) && seen > 2 && seen <= digits - 2 ? '*' : source[i];
            }
        });
    }

    // By hand rather than by expression: a pattern that begins with "any run of letters" takes quadratic time on long runs.
    private static string MaskEmails(string text)
    {
        var masked = new StringBuilder(text.Length);
        var copied = 0;
        for (var at = text.IndexOf('@', StringComparison.Ordinal); at >= 0; at = text.IndexOf('@', at + 1))
        {
            var start = at;
            while (start > copied && IsLocalPart(text[start - 1])) start--;
            if (start == at || at + 1 == text.Length || !char.IsLetterOrDigit(text[at + 1])) continue;
            masked.Append(text, copied, start - copied).Append(text[start]).Append(Hidden);
            copied = at;
        }
        return copied == 0 ? text : masked.Append(text, copied, text.Length - copied).ToString();
    }

    private static bool IsLocalPart(char c) => char.IsLetterOrDigit(c) || "._%+-'".Contains(c, StringComparison.Ordinal);

    private static string MaskPhones(string text)
    {
        var masked = new StringBuilder(text.Length);
        var copied = 0;
        for (var plus = text.IndexOf('+', StringComparison.Ordinal); plus >= 0; plus = text.IndexOf('+', plus + 1))
        {
            if (plus + 1 == text.Length || text[plus + 1] is < '1' or > '9') continue;
            int end = plus + 1, digits = 0;
            for (var i = plus + 1; i < text.Length && (char.IsAsciiDigit(text[i]) || " ().-".Contains(text[i], StringComparison.Ordinal)); i++)
            {
                if (!char.IsAsciiDigit(text[i])) continue;
                digits++;
                end = i + 1;
            }
            if (digits is < 8 or > 15) continue;
            masked.Append(text, copied, plus - copied).Append(Phone(text[plus..end]));
            copied = end;
            plus = end - 1;
        }
        return copied == 0 ? text : masked.Append(text, copied, text.Length - copied).ToString();
    }

    // Headers reach to the end of the line, everything else to the next separator.
    [GeneratedRegex(
        """
        (?<name>(?:authorization|cookie)[\w.\-]{0,32}["']?\s{0,3}[=:]\s{0,3})[^\r\n"']+
        |(?<name>(?:password|passwd|pwd|passphrase|secret|token|authorization|cookie|api[_\-]?key|credential|private_?key|connectionstring|recoverycode|totp)[\w.\-]{0,32}["']?\s{0,3}[=:]\s{0,3})
          (?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;&})\]"']+)
        """,
        RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Assignments();

    [GeneratedRegex(@"(?<=\bbearer\s{1,3})[\w.~+/=\-]+|\beyJ[\w\-]{5,}\.[\w\-]+(?:\.[\w\-]*)?|\b(?:tl_live_|tl[roi]_)[\w\-]{8,}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Tokens();

    [GeneratedRegex(@"\b(?:Host|Server|Data Source)\s*=", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ConnectionString();
}
