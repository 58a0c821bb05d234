using System.Buffers;
using System.Globalization;
using System.Text;

namespace Tideline.Platform.Text;

/// <summary>The domain of an e-mail address, in lower case and ASCII: what the domain name system and SMTP understand.</summary>
internal static class MailDomain
{
    private const int MaxLength = 253;
    private const int MaxLabelLength = 63;

    private static readonly IdnMapping Punycode = new() { AllowUnassigned = true };
    private static readonly SearchValues<char> Lower = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");
    private static readonly SearchValues<char> Label = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>The answer is what is wrong with the domain, or null when <paramref name="domain"/> is set.</summary>
    public static string? Read(ReadOnlySpan<char> typed, out string domain)
    {
        domain = "";
        if (typed.Length == 0) return "The e-mail address has nothing after the @.";
        if (typed[0] == '[') return "The e-mail address has a number in place of a domain.";
        if (typed.Length > MaxLength) return "The domain of the e-mail address is too long.";

        domain = typed.ContainsAnyExcept(Lower) ? ToAscii(typed) : typed.ToString();
        if (domain.Length > MaxLength) return "The domain of the e-mail address is too long.";

        var labels = 0;
        var last = default(Range);
        foreach (var range in domain.AsSpan().Split('.'))
        {
            var label = domain.AsSpan()[range];
            if (label.Length == 0) return "The domain of the e-mail address has a dot too many.";
            if (label.Length > MaxLabelLength) return "A part of the domain of the e-mail address is too long.";
            if (label.ContainsAnyExcept(Label))
            {
                return label.ContainsAny(' ', ',', ';')
                    ? "The e-mail address has something after its domain."
                    : "The domain of the e-mail address has a character that domains do not have.";
            }
            if (label[0] == '-' || label[^1] == '-') return "A part of the domain of the e-mail address begins or ends with a hyphen.";
            labels++;
            last = range;
        }
        var top = domain.AsSpan()[last];
        if (labels < 2) return "The domain of the e-mail address has no ending such as .com.";
        return top.Length < 2 || !top.ContainsAnyInRange('a', 'z') ? "The domain of the e-mail address has no valid ending." : null;
    }

    private static string ToAscii(ReadOnlySpan<char> typed)
    {
        Span<char> narrow = stackalloc char[typed.Length];
        for (var i = 0; i < typed.Length; i++)
        {
            narrow[i] = typed[i] switch
            {
                '\u3002' or '\uff61' => '.',
                >= '\uff01' and <= '\uff5e' and var wide => (char)(wide - 0xfee0),
                var c => c,
            };
        }
        var text = Nfc.Normalize(narrow.ToString().ToLowerInvariant());
        if (Ascii.IsValid(text)) return text;
        return string.Join('.', text.Split('.').Select(label => Ascii.IsValid(label) || !IsWord(label) ? label : Encoded(label)));
    }

    // Signs and invisible characters stay, and are refused as characters that domains do not have.
    private static bool IsWord(string label)
    {
        foreach (var rune in label.EnumerateRunes())
        {
            var isPart = Rune.GetUnicodeCategory(rune) is UnicodeCategory.LowercaseLetter or UnicodeCategory.OtherLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.DecimalDigitNumber;
            if (!isPart && rune.Value is not ('-' or 0x30FB or 0x00B7)) return false;
        }
        return true;
    }

    private static string Encoded(string label)
    {
        try
        {
            return Punycode.GetAscii(label);
        }
        catch (ArgumentException)
        {
            return label;                               // too long, or not a name: refused by the checks that follow
        }
    }
}
