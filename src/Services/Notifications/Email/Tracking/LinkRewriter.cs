using System.Net;
using System.Text;

namespace Tideline.Notifications.Email;

/// <summary>
/// Prepares the HTML of a template for tracking: each web link's address becomes a tag that the renderer replaces by the
/// address of our redirect, and the open pixel's tag is put at the end. Links to mail, telephone, anchors and the
/// unsubscribe page stay as they are, and so does everything else, to the character.
/// </summary>
internal static class LinkRewriter
{
    private const int MaxLinks = 2000;
    private static readonly string[] OwnVariables = ["unsubscribeUrl", "preferencesUrl"];

    public static (string Html, LinkTable Links) Rewrite(string html)
    {
        var result = new StringBuilder(html.Length + 256);
        var links = new List<LinkTarget>();
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var copied = 0;
        var pixelAt = -1;
        var scanner = new HtmlScanner(html);
        while (scanner.Read())
        {
            if (scanner.Piece == HtmlPiece.EndTag && scanner.Name == "body") pixelAt = scanner.Start;
            if (scanner.Piece != HtmlPiece.StartTag || scanner.Name is not ("a" or "area")) continue;
            if (FindHref(ref scanner, html) is not { } href || !IsTracked(href.Address)) continue;

            var isStatic = !href.Address.Contains("{{", StringComparison.Ordinal);
            var address = isStatic ? WebUtility.HtmlDecode(href.Address).Trim() : href.Address.Trim();
            if (isStatic && !LinkTable.IsWeb(address)) continue;
            if (!numbers.TryGetValue(address, out var number))
            {
                if (links.Count == MaxLinks) continue;
                numbers[address] = number = links.Count;
                links.Add(new LinkTarget(address, isStatic));
            }
            result.Append(html, copied, href.Start - copied);
            if (!href.IsQuoted) result.Append('"');
            result.Append("{{#@link ").Append(number).Append(isStatic ? " static}}" : "}}").Append(href.Address).Append("{{/@link}}");
            if (!href.IsQuoted) result.Append('"');
            copied = href.End;
        }
        if (pixelAt < copied) pixelAt = html.Length;
        result.Append(html, copied, pixelAt - copied).Append("{{@pixel}}").Append(html, pixelAt, html.Length - pixelAt);
        return (result.ToString(), new LinkTable(links));
    }

    private static (int Start, int End, bool IsQuoted, string Address)? FindHref(ref HtmlScanner tag, string html)
    {
        if (tag.Attribute("data-track") is "off" or "false" or "no") return null;
        var attributes = tag.Attributes;
        while (attributes.Read())
        {
            // The first of two equal attributes is the one that counts.
            if (!attributes.Name.Equals("href", StringComparison.OrdinalIgnoreCase)) continue;
            var (start, end) = attributes.Value;
            return (start, end, attributes.IsQuoted, html[start..end]);
        }
        return null;
    }

    private static bool IsTracked(string address)
    {
        var trimmed = address.AsSpan().Trim();
        // A whole address from the data: what it is shows when the message is rendered.
        return (trimmed.StartsWith("{{") || LinkTable.HasWebScheme(trimmed)) && !OwnVariables.Any(v => address.Contains(v, StringComparison.Ordinal));
    }
}
