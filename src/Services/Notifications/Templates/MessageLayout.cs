using System.Net;
using System.Text;
using Tideline.Notifications.Email;

namespace Tideline.Notifications.Templates;

/// <summary>
/// Dresses the body of a message in its brand: a table layout that mail clients of every age show alike, in light and dark.
/// Works on the source of the template, so it is done once for a campaign; the brand's own texts can never become tags.
/// </summary>
internal static class MessageLayout
{
    private static readonly Colour DefaultPrimary = new(0x1f, 0x4e, 0x79);
    private static readonly Colour DarkCard = new(0x1b, 0x1f, 0x27);

    /// <summary>The whole HTML of the message, still a template.</summary>
    public static string Wrap(BrandLook look, string bodyTemplate, string? preheaderTemplate)
    {
        var palette = new Palette(look);
        if (IsDocument(bodyTemplate)) return Complete(look, palette, bodyTemplate, preheaderTemplate);
        var language = look.Language.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && look.Language.Length is > 0 and <= 35 ? look.Language : "en";
        var font = Font(look.FontFamily);
        return $"""
            <!doctype html>
            <html lang="{language}" dir="{(LayoutWords.IsRightToLeft(language) ? "rtl" : "ltr")}" xmlns="http://www.w3.org/1999/xhtml">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width,initial-scale=1">
            <meta name="x-apple-disable-message-reformatting">
            <meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
            <meta name="color-scheme" content="light dark">
            <meta name="supported-color-schemes" content="light dark">
            <title>{Plain(look.Name)}</title>
            <style>
            {Styles(palette, font)}
            </style>
            <!--[if mso]><style>.tl-body,.tl-body p,.tl-body td,.tl-foot,h1,h2,h3{"{"}font-family:Arial,sans-serif !important{"}"}</style><![endif]-->
            </head>
            <body class="tl-page" style="margin:0;padding:0;background:{palette.Page};">
            {Preheader(preheaderTemplate)}<table role="presentation" class="tl-page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:{palette.Page};">
            <tr><td align="center" style="padding:24px 12px;">
            <!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
            <table role="presentation" class="tl-card" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;background:#ffffff;border-radius:12px;overflow:hidden;">
            {Head(look, palette, font)}
            <tr><td class="tl-body" style="padding:28px 32px 36px;font-family:{font};font-size:16px;line-height:1.6;color:{Colour.Ink};word-break:break-word;">
            {Body(bodyTemplate)}
            </td></tr>
            </table>
            {Foot(look, palette, font)}
            <!--[if mso]></td></tr></table><![endif]-->
            </td></tr>
            </table>
            </body>
            </html>
            """;
    }

    /// <summary>What a plain text written by an author gets at its end.</summary>
    public static string TextFoot(BrandLook look)
    {
        var lines = new[] { look.LegalName ?? look.Name, look.PostalAddress?.ReplaceLineEndings(", "), look.WebsiteUrl }
            .Where(l => !string.IsNullOrWhiteSpace(l)).Select(l => l!.Replace("{{", "{ {", StringComparison.Ordinal));
        // "-- " is the signature mark that mail clients know.
        return $"\n\n-- \n{string.Join('\n', lines)}\n{{{{#if unsubscribeUrl}}}}\n{LayoutWords.Unsubscribe(look.Language)}: {{{{unsubscribeUrl}}}}\n{{{{/if}}}}\n";
    }

    private static bool IsDocument(string body) =>
        body.Contains("<html", StringComparison.OrdinalIgnoreCase) || body.Contains("<body", StringComparison.OrdinalIgnoreCase);

    /// <summary>An author's own document keeps its looks; it only gets the preheader, and the foot that the law asks for if it has none.</summary>
    private static string Complete(BrandLook look, Palette palette, string document, string? preheader)
    {
        var begin = -1;
        var end = -1;
        var scanner = new HtmlScanner(document);
        while (scanner.Read())
        {
            if (scanner.Name != "body") continue;
            if (scanner.Piece == HtmlPiece.StartTag && begin < 0) begin = scanner.End;
            if (scanner.Piece == HtmlPiece.EndTag) end = scanner.Start;
        }
        if (end < begin) end = -1;
        var result = new StringBuilder(document);
        if (!document.Contains("unsubscribeUrl", StringComparison.Ordinal)) result.Insert(end < 0 ? document.Length : end, Foot(look, palette, Font(look.FontFamily)));
        if (begin >= 0) result.Insert(begin, Preheader(preheader));
        return result.ToString();
    }

    private static string Body(string body)
    {
        if (body.Contains('<')) return body;
        // Someone who writes text means paragraphs.
        var paragraphs = body.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return string.Join('\n', paragraphs.Select(p => $"<p>{p.Replace("\n", "<br>\n", StringComparison.Ordinal)}</p>"));
    }

    private static string Preheader(string? template)
    {
        if (string.IsNullOrWhiteSpace(template)) return "";
        // Clients fill the preview up with the body's first words; what follows the text keeps them out.
        var filler = string.Concat(Enumerable.Repeat("&#847;&zwnj;&nbsp;", 60));
        return $"<div style=\"display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;mso-hide:all;font-size:1px;line-height:1px;color:transparent;\">{EscapeAround(template)}{filler}</div>\n";
    }

    private static string Head(BrandLook look, Palette palette, string font)
    {
        if (Web(look.LogoUrl) is { } logo)
        {
            return $"""
                <tr><td style="height:6px;line-height:6px;font-size:0;background:{palette.Primary};">&nbsp;</td></tr>
                <tr><td align="left" style="padding:28px 32px 0;"><img src="{logo}" alt="{Plain(look.Name)}" height="48" style="display:block;height:48px;max-width:240px;width:auto;border:0;font-family:{font};font-size:20px;font-weight:700;color:{palette.Link};"></td></tr>
                """;
        }
        return $"""
            <tr><td class="tl-band" align="left" style="padding:20px 32px;background:{palette.Primary};color:{palette.OnPrimary};font-family:{font};font-size:20px;font-weight:700;line-height:1.3;">{Plain(look.Name)}</td></tr>
            """;
    }

    private static string Foot(BrandLook look, Palette palette, string font)
    {
        var address = string.Join(", ", (look.PostalAddress ?? "").ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        var foot = new StringBuilder();
        foot.Append($"""
            <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;margin:0 auto;">
            <tr><td class="tl-foot" align="center" style="padding:20px 32px 8px;font-family:{font};font-size:13px;line-height:1.6;color:{palette.Muted};">
            <strong>{Plain(string.IsNullOrWhiteSpace(look.LegalName) ? look.Name : look.LegalName)}</strong>
            """);
        if (address.Length > 0) foot.Append("<br>\n").Append(Plain(address));
        if (Web(look.WebsiteUrl) is { } site)
            foot.Append($"<br>\n<a data-track=\"off\" href=\"{site}\" style=\"color:{palette.Muted};text-decoration:underline;\">{Plain(new Uri(look.WebsiteUrl!).Host)}</a>");
        // Receipts and invitations have no list to leave, and no such link.
        foot.Append($$$"""
            {{#if unsubscribeUrl}}<br>
            <a href="{{unsubscribeUrl}}" style="color:{{{palette.Muted}}};text-decoration:underline;">{{{Plain(LayoutWords.Unsubscribe(look.Language))}}}</a>{{/if}}
            </td></tr>
            </table>
            """);
        return foot.ToString();
    }

    private static string Styles(Palette p, string font) => $$"""
        body,table,td{-webkit-text-size-adjust:100%;-ms-text-size-adjust:100%}
        table{border-collapse:separate;border-spacing:0}
        img{max-width:100%;-ms-interpolation-mode:bicubic}
        .tl-body h1,.tl-body h2,.tl-body h3{margin:0 0 14px;line-height:1.25;color:{{Colour.Ink}};font-family:{{font}}}
        .tl-body h1{font-size:26px}.tl-body h2{font-size:21px;padding-top:8px}.tl-body h3{font-size:18px;padding-top:6px}
        .tl-body p,.tl-body ul,.tl-body ol{margin:0 0 16px}
        .tl-body a{color:{{p.Link}}}
        .tl-body a.button,.tl-body a.btn{display:inline-block;padding:12px 24px;border-radius:8px;background:{{p.Accent}};color:{{p.OnAccent}} !important;font-weight:600;text-decoration:none}
        .tl-body img{height:auto;border:0}
        .tl-body blockquote{margin:0 0 16px;padding-left:14px;border-left:3px solid {{p.Primary}}}
        .tl-body table.data{width:100%;border-collapse:collapse;margin:0 0 16px}
        .tl-body table.data td,.tl-body table.data th{padding:8px 10px;border-bottom:1px solid #e5e7eb;text-align:left;text-align:start}
        @media (max-width:480px){.tl-body{padding:22px 20px 28px !important}.tl-body h1{font-size:23px !important}
        }
        @media (prefers-color-scheme:dark){
        .tl-page{background:#0f1217 !important}
        .tl-card{background:{{DarkCard}} !important}
        .tl-body,.tl-body h1,.tl-body h2,.tl-body h3,.tl-body p,.tl-body li,.tl-body td{color:#e6e8ec !important}
        .tl-body a{color:{{p.LinkOnDark}} !important}
        .tl-body a.button,.tl-body a.btn{color:{{p.OnAccent}} !important}
        .tl-body table.data td,.tl-body table.data th{border-color:#363c48 !important}
        .tl-foot,.tl-foot a{color:#9aa3b2 !important}
        }
        [data-ogsc] .tl-body,[data-ogsc] .tl-body h1,[data-ogsc] .tl-body p{color:#e6e8ec !important}
        [data-ogsc] .tl-body a{color:{{p.LinkOnDark}} !important}
        """;

    /// <summary>The brand's text as HTML that no template engine will take for a tag.</summary>
    private static string Plain(string text) => WebUtility.HtmlEncode(text.Trim()).Replace("{", "&#123;", StringComparison.Ordinal);

    /// <summary>Escapes a text template for HTML and leaves its tags alone.</summary>
    private static string EscapeAround(string template)
    {
        var result = new StringBuilder();
        for (var i = 0; i < template.Length;)
        {
            var tag = template.IndexOf("{{", i, StringComparison.Ordinal);
            if (tag < 0) tag = template.Length;
            result.Append(WebUtility.HtmlEncode(template[i..tag]));
            if (tag == template.Length) break;
            var length = HtmlScanner.MustacheLength(template.AsSpan(tag));
            result.Append(template, tag, length);
            i = tag + length;
        }
        return result.ToString();
    }

    private static string? Web(string? address) => address is not null && LinkTable.IsWeb(address) ? Plain(address) : null;

    private static string Font(string? family)
    {
        const string fallback = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
        if (string.IsNullOrWhiteSpace(family) || family.Length > 120) return fallback;
        var names = family.Split(',').Select(f => f.Trim(' ', '"', '\'')).Where(f => f.Length > 0 && f.All(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_'))
            .Select(f => f.Contains(' ') ? $"'{f}'" : f).ToArray();
        return names.Length == 0 ? fallback : $"{string.Join(',', names)},{fallback}";
    }

    private sealed class Palette(BrandLook look)
    {
        public Colour Primary { get; } = Colour.Parse(look.PrimaryColor, DefaultPrimary);
        public Colour Accent { get; } = Colour.Parse(look.AccentColor, Colour.Parse(look.PrimaryColor, DefaultPrimary));
        public Colour OnPrimary => Primary.TextOn();
        public Colour OnAccent => Accent.TextOn();
        public Colour Link => Primary.ReadableOn(Colour.White);
        public Colour LinkOnDark => Primary.ReadableOn(DarkCard);
        public Colour Page => Primary.Mix(new Colour(0xf4, 0xf5, 0xf7), 0.97);
        public Colour Muted => new Colour(0x6b, 0x72, 0x80).ReadableOn(Page);
    }
}
