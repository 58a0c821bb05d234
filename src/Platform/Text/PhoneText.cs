using System.Globalization;
using System.Text;

namespace Tideline.Platform.Text;

/// <summary>The characters of a typed phone number, sorted into digits, a leading plus and an extension.</summary>
internal ref struct PhoneText(Span<char> digits)
{
    public const int MaxDigits = 32;
    private const int MaxExtension = 20;

    private static readonly string[] ExtensionWords =
        ["x", "xt", "xtn", "ext", "extn", "extension", "extensi\u00f3n", "extensio\u0301n", "int", "anexo", "доб", "durchwahl", "dw", "poste", "ankn"];

    private readonly Span<char> digits = digits;
    private int lastGroupAt;

    public int Length { get; private set; }
    public bool IsInternational { get; private set; }
    public string? Extension { get; private set; }

    /// <summary>Where a "(0)" stood among the digits: it is dialled at home and never from abroad.</summary>
    public int? TrunkZeroAt { get; private set; }

    /// <summary>Fills the properties; the answer is what is wrong with the text, or null.</summary>
    public string? Read(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text.StartsWith("tel:", StringComparison.OrdinalIgnoreCase)) text = text[4..];
        text = WithoutFloatTail(text);

        for (var i = 0; i < text.Length;)
        {
            var c = text[i];
            if (char.IsAsciiDigit(c))
            {
                if (!Add(c)) return "The phone number has too many digits.";
                i++;
                continue;
            }
            if (c is '+' or '＋')
            {
                if (Length > 0 || IsInternational) return "A plus can only begin a phone number.";
                IsInternational = true;
                i++;
                continue;
            }
            if (c is '(' && text[i..].StartsWith("(0)") && Length > 0) TrunkZeroAt ??= Length;
            if (IsExtensionMark(text[i..])) return ReadExtension(text[i..]);
            Rune.DecodeFromUtf16(text[i..], out var rune, out var width);
            i += width;
            if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber)
            {
                if (!Add((char)('0' + (int)Rune.GetNumericValue(rune)))) return "The phone number has too many digits.";
            }
            else if (IsSeparator(rune))
            {
                if (rune.Value == ' ' || Rune.GetUnicodeCategory(rune) == UnicodeCategory.DashPunctuation) lastGroupAt = Length;
            }
            else
            {
                return Unexpected(text, rune);
            }
        }
        return Length == 0 ? "The phone number has no digits." : null;
    }

    private bool Add(char digit)
    {
        if (Length == digits.Length) return false;
        digits[Length++] = digit;
        return true;
    }

    // Data tools that read a column as floating point write 9802005297.0.
    private static ReadOnlySpan<char> WithoutFloatTail(ReadOnlySpan<char> text) =>
        text.Length > 8 && text.EndsWith(".0") && !text[..^2].ContainsAnyExceptInRange('0', '9') ? text[..^2] : text;

    private static bool IsSeparator(Rune rune) => rune.Value switch
    {
        '.' or '/' or '(' or ')' or '[' or ']' or '~' => true,
        0x00B7 or 0x2022 or 0x2044 or 0x2053 or 0x2212 or 0x223C or 0x30FC => true,
        0xFF08 or 0xFF09 or 0xFF0E or 0xFF0F or 0xFF3B or 0xFF3D or 0xFF5E => true,
        // Invisible ones come along with text copied from documents and right-to-left pages.
        _ => Rune.GetUnicodeCategory(rune) is UnicodeCategory.DashPunctuation or UnicodeCategory.Format or UnicodeCategory.SpaceSeparator
             || rune.Value is '\t' or '\n' or '\r',
    };

    private static bool IsExtensionMark(ReadOnlySpan<char> rest) =>
        rest[0] is ';' or ',' or '#' or '＃' or 'ｘ' || ExtensionWord(rest) > 0;

    /// <summary>The length of an extension word the text begins with, zero when it begins with another word or none.</summary>
    private static int ExtensionWord(ReadOnlySpan<char> rest)
    {
        var length = 0;
        while (length < rest.Length && (char.IsLetter(rest[length]) || rest[length] == '\u0301')) length++;
        if (length == 0) return 0;
        foreach (var word in ExtensionWords)
        {
            if (rest[..length].Equals(word, StringComparison.OrdinalIgnoreCase)) return length;
        }
        return 0;
    }

    private string? ReadExtension(ReadOnlySpan<char> rest)
    {
        if (Length == 0) return "The phone number begins with an extension.";
        // American style: 555-1234 - 503#
        if (rest is "#" && lastGroupAt > 0 && Length - lastGroupAt is > 0 and <= 6)
        {
            Extension = digits[lastGroupAt..Length].ToString();
            Length = lastGroupAt;
            return null;
        }

        rest = rest.TrimStart(";,#＃ｘ ");
        if (rest.StartsWith("ext=", StringComparison.OrdinalIgnoreCase)) rest = rest[4..];
        else rest = rest[ExtensionWord(rest)..];
        rest = rest.TrimStart(":.．").TrimStart(" \t\u00a0,-#").TrimEnd("# ");

        Span<char> value = stackalloc char[MaxExtension];
        var length = 0;
        foreach (var rune in rest.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.DecimalDigitNumber || length == MaxExtension)
            {
                return "The extension of the phone number is not a number.";
            }
            value[length++] = (char)('0' + (int)Rune.GetNumericValue(rune));
        }
        if (length == 0) return "The extension of the phone number is missing.";
        Extension = value[..length].ToString();
        return null;
    }

    private static string Unexpected(ReadOnlySpan<char> text, Rune rune)
    {
        if (rune.Value is 'E' or 'e' && text.Contains("E+", StringComparison.OrdinalIgnoreCase))
        {
            return "The phone number was rounded by a spreadsheet (1.23E+11): format the column as text and export it again.";
        }
        return Rune.IsLetter(rune) ? "The phone number contains letters." : "The phone number contains a character that phone numbers do not have.";
    }
}
