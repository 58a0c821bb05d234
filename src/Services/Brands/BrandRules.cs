using System.Text.RegularExpressions;
using Tideline.Platform.Api;
using Tideline.Platform.Text;

namespace Tideline.Brands;

/// <summary>
/// Takes over what a client states, checked: these texts end up in the HTML, the CSS and the headers of other people's mail.
/// </summary>
internal static partial class BrandRules
{
    private const int MaxLogoBytes = 65_536;

    private static readonly (string Type, byte[] Start)[] Pictures =
        [("png", [0x89, 0x50, 0x4e, 0x47]), ("jpeg", [0xff, 0xd8, 0xff]), ("gif", [0x47, 0x49, 0x46, 0x38]), ("webp", [0x52, 0x49, 0x46, 0x46])];

    /// <exception cref="Problem">400, with every field that is wrong.</exception>
    public static void Apply(Brand brand, BrandInput input)
    {
        var errors = new Dictionary<string, string[]>();
        Set(input.Name, "name", Line(1, 200), v => brand.Name = v);
        Set(input.PrimaryColor, "primaryColor", Color, v => brand.PrimaryColor = v);
        Set(input.AccentColor, "accentColor", Color, v => brand.AccentColor = v);
        Set(input.FontFamily, "fontFamily", Font, v => brand.FontFamily = v);
        Set(input.LegalName, "legalName", Line(0, 300), v => brand.LegalName = v);
        Set(input.PostalAddress, "postalAddress", Lines, v => brand.PostalAddress = v);
        Set(input.Language, "language", Language, v => brand.Language = v);
        SetOrEmpty(input.StatesLogoUrl, input.LogoUrl, "logoUrl", Logo, v => brand.LogoUrl = v);
        SetOrEmpty(input.StatesVoice, input.Voice, "voice", Lines, v => brand.Voice = v);
        SetOrEmpty(input.StatesWebsiteUrl, input.WebsiteUrl, "websiteUrl", WebAddress, v => brand.WebsiteUrl = v);
        if (input.Sender is { } sender)
        {
            Set(sender.FromName, "sender.fromName", Line(1, 200), v => brand.FromName = v);
            Set(sender.FromEmail, "sender.fromEmail", Email, v => brand.FromEmail = v);
            SetOrEmpty(sender.StatesReplyTo, sender.ReplyTo, "sender.replyTo", Email, v => brand.ReplyTo = v);
        }
        if (errors.Count > 0) throw Problem.Invalid(errors);

        void Set(string? stated, string field, Func<string, (string? Value, string? Wrong)> read, Action<string> set)
        {
            if (stated is null) return;
            var (value, wrong) = read(stated.Trim());
            if (wrong is not null) errors[field] = [wrong];
            else set(value!);
        }

        void SetOrEmpty(bool isStated, string? stated, string field, Func<string, (string? Value, string? Wrong)> read, Action<string?> set)
        {
            if (!isStated) return;
            if (string.IsNullOrWhiteSpace(stated)) set(null);
            else Set(stated, field, read, set);
        }
    }

    private static Func<string, (string?, string?)> Line(int min, int max) => text =>
        text.Length < min || text.Length > max ? (null, $"Must have {min} to {max} characters.")
        : text.Any(char.IsControl) ? (null, "Must be one line.") : (text, null);

    private static (string?, string?) Lines(string text) =>
        text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')) ? (null, "Has control characters.") : (text.ReplaceLineEndings("\n"), null);

    private static (string?, string?) Color(string text)
    {
        if (!HexColor().IsMatch(text)) return (null, "Must be a colour as #rrggbb.");
        var digits = text[1..].ToLowerInvariant();
        return ("#" + (digits.Length == 3 ? string.Concat(digits.Select(d => new string(d, 2))) : digits), null);
    }

    private static (string?, string?) Font(string text) =>
        FontNames().IsMatch(text) ? (text, null) : (null, "Must be names of fonts, separated by commas.");

    private static (string?, string?) Language(string text) => LanguageTag().IsMatch(text) ? (text, null) : (null, "Must be a language tag such as sv or pt-BR.");

    private static (string?, string?) Email(string text) => EmailAddress.Parse(text) is { Canonical: { } canonical } ? (canonical, null) : (null, "Must be an e-mail address.");

    private static (string?, string?) WebAddress(string text) => Address(text, "http", "https") is { } address ? (address, null) : (null, "Must be a web address: https://…");

    private static (string?, string?) Logo(string text)
    {
        if (!text.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
            return text.Length <= 2_000 && Address(text, "https") is { } address ? (address, null) : (null, "Must be an https address of a picture.");
        var match = DataUrl().Match(text);
        if (!match.Success) return (null, "Must be a PNG, JPEG, GIF or WebP picture.");
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(match.Groups["data"].Value, bytes, out var length)) return (null, "Is not valid base64.");
        if (length > MaxLogoBytes) return (null, $"May have {MaxLogoBytes / 1024} KiB.");
        // What it says it is counts less than what it is.
        var isPicture = Array.Exists(Pictures, p => p.Type == match.Groups["type"].Value && bytes.AsSpan(0, length).StartsWith(p.Start));
        return isPicture ? (text, null) : (null, "Is not a picture of the type that it names.");
    }

    private static string? Address(string text, params string[] schemes) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && schemes.Contains(uri.Scheme) && uri.Host.Contains('.', StringComparison.Ordinal) && uri.UserInfo.Length == 0
            ? uri.AbsoluteUri
            : null;

    [GeneratedRegex("^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$", RegexOptions.NonBacktracking)]
    private static partial Regex HexColor();

    // Neither double quotes nor anything else that ends a declaration or an attribute.
    [GeneratedRegex("^[A-Za-z0-9 ,'_-]{1,200}$", RegexOptions.NonBacktracking)]
    private static partial Regex FontNames();

    [GeneratedRegex("^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$", RegexOptions.NonBacktracking)]
    private static partial Regex LanguageTag();

    [GeneratedRegex("^data:image/(?<type>png|jpeg|gif|webp);base64,(?<data>[A-Za-z0-9+/]+={0,2})$", RegexOptions.NonBacktracking)]
    private static partial Regex DataUrl();
}
