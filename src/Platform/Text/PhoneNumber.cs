namespace Tideline.Platform.Text;

/// <summary>
/// What a typed phone number means. <see cref="E164"/> is set when it can be dialled (+13079377505); otherwise
/// <see cref="Reason"/> says in a sentence why not. Callers keep what was typed: this is only its normal form.
/// </summary>
public readonly record struct PhoneNumber(string? E164, string? Extension, string? Reason)
{
    /// <summary>Longer text is not a phone number, and is refused before it costs anything.</summary>
    public const int MaxTypedLength = 100;

    private const int LongestE164 = 15;

    /// <summary>
    /// What tells one line from another: the number, and behind a switchboard the extension, as RFC 3966 writes it (+4687654321;ext=12). Null when there is no number.
    /// </summary>
    public string? Canonical => E164 is null || Extension is null ? E164 : $"{E164};ext={Extension}";

    /// <summary>
    /// Reads a number as people type it: separators, (0), +, 00 or the country's own international prefix, the trunk
    /// prefix, extensions. <paramref name="defaultCountry"/> (ISO 3166 alpha-2) reads numbers without a country code.
    /// </summary>
    public static PhoneNumber Parse(string? text, string? defaultCountry = null)
    {
        if (string.IsNullOrWhiteSpace(text)) return Refused("The phone number is empty.");
        if (text.Length > MaxTypedLength) return Refused("The phone number is too long.");

        Span<char> buffer = stackalloc char[PhoneText.MaxDigits];
        var typed = new PhoneText(buffer);
        if (typed.Read(text) is { } problem) return Refused(problem);

        var digits = buffer[..typed.Length];
        var home = NumberingPlans.OfRegion(defaultCountry);
        if (!typed.IsInternational && home is null && !digits.StartsWith("00"))
        {
            return Refused(defaultCountry is null
                ? "The phone number has no country code, and no default country is set."
                : $"The phone number has no country code, and \"{defaultCountry}\" is not a country with phone numbers.");
        }

        var e164 = Resolve(digits, typed.IsInternational, home);
        if (e164 is null && typed.TrunkZeroAt is { } zero)
        {
            // +34 (0) 912 …: written by habit, although the country has no trunk prefix.
            digits[(zero + 1)..].CopyTo(digits[zero..]);
            e164 = Resolve(digits[..^1], typed.IsInternational, home);
        }
        return e164 is null ? Refused(WhyNot(digits, typed.IsInternational, home)) : new PhoneNumber(e164, typed.Extension, null);
    }

    private static string? Resolve(ReadOnlySpan<char> digits, bool international, NumberingPlan? home)
    {
        if (international) return International(digits);
        if (home?.InternationalPrefixOf(digits) is > 0 and var dialled && !digits[dialled..].StartsWith("0"))
        {
            return International(digits[dialled..]);
        }
        // 00 is understood everywhere, also where people would dial something else (011 in America, 010 in Japan).
        if (digits.StartsWith("00") && International(digits[2..]) is { } abroad) return abroad;
        return home is null ? null : AtHome(digits, home);
    }

    private static string? International(ReadOnlySpan<char> digits)
    {
        var plans = NumberingPlans.OfDigits(digits, out var codeLength);
        return plans.Length == 0 ? null : E164Of(plans, plans[0].WithoutNationalPrefix(digits[codeLength..]));
    }

    private static string? AtHome(ReadOnlySpan<char> digits, NumberingPlan home)
    {
        var national = home.WithoutNationalPrefix(digits);
        if (digits.StartsWith(home.CallingCode) && (!home.Accepts(national) || home.IsTooLong(national)))
        {
            // 4930123456 typed in Germany: the country code without its plus.
            var rest = home.WithoutNationalPrefix(digits[home.CallingCode.Length..]);
            if (E164Of(NumberingPlans.Sharing(home), rest) is { } withCode) return withCode;
        }
        return E164Of(NumberingPlans.Sharing(home), national);
    }

    private static string? E164Of(NumberingPlan[] plans, ReadOnlySpan<char> national)
    {
        var code = plans[0].CallingCode;
        if (code.Length + national.Length > LongestE164) return null;
        foreach (var plan in plans)
        {
            if (plan.Accepts(national)) return string.Concat("+", code, national);
        }
        return null;
    }

    private static string WhyNot(ReadOnlySpan<char> digits, bool international, NumberingPlan? home)
    {
        if (digits.Length < 4) return "The phone number is too short.";
        if (digits.Length > LongestE164 + 3) return "The phone number has too many digits.";
        if (international || home is null)
        {
            var plans = NumberingPlans.OfDigits(digits.StartsWith("00") ? digits[2..] : digits, out _);
            return plans.Length == 0
                ? "The phone number begins with an unknown country code."
                : $"The phone number does not fit the numbering plan of +{plans[0].CallingCode}.";
        }
        return $"The phone number does not fit the numbering plan of {home.Region}.";
    }

    private static PhoneNumber Refused(string reason) => new(null, null, reason);
}
