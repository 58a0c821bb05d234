using System.Buffers;
using System.Net;
using System.Text;

namespace Tideline.Notifications.Email;

/// <summary>
/// The plain-text part of a message, made from its HTML or from the template of its HTML (whose tags stay what they are).
/// Links become "text (address)", hidden preheaders and styles are left out.
/// </summary>
internal sealed class HtmlToText
{
    private static readonly SearchValues<char> Invisible = SearchValues.Create("\u00AD\u034F\u200B\u200C\u2060\uFEFF");

    private static readonly HashSet<string> Void = new(StringComparer.Ordinal)
        { "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr" };

    private static readonly HashSet<string> Paragraphs = new(StringComparer.Ordinal)
        { "p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "dl", "figure", "pre", "form" };

    private static readonly HashSet<string> Lines = new(StringComparer.Ordinal)
    {
        "div", "section", "article", "header", "footer", "main", "aside", "nav", "address", "dt", "dd", "figcaption", "center", "fieldset",
        "legend", "tbody", "thead", "tfoot", "caption", "option", "body",
    };

    private readonly StringBuilder _text = new();
    private readonly List<int?> _lists = [];              // the next number of an ordered list, null for a bulleted one
    private readonly List<bool> _layoutTables = [];
    private readonly Stack<(string Href, int From)> _links = new();
    private int _breaks;                                  // line ends owed before the next text
    private int _quotes;
    private int _preformatted;
    private bool _space;
    private bool _cellBegun;
    private bool _rowHasText;
    private string? _hidden;
    private int _hiddenDepth;

    public static string Convert(string html)
    {
        var converter = new HtmlToText();
        var scanner = new HtmlScanner(html);
        while (scanner.Read()) converter.Take(ref scanner);
        return converter.Finish();
    }

    private void Take(ref HtmlScanner scanner)
    {
        if (_hidden is not null)
        {
            if (scanner.Name != _hidden || scanner.Piece is not (HtmlPiece.StartTag or HtmlPiece.EndTag)) return;
            _hiddenDepth += scanner.Piece == HtmlPiece.StartTag ? 1 : -1;
            if (_hiddenDepth == 0) _hidden = null;
            return;
        }
        switch (scanner.Piece)
        {
            case HtmlPiece.Text:
                Write(WebUtility.HtmlDecode(scanner.Text.ToString()));
                break;
            case HtmlPiece.RawText when scanner.Name == "textarea":
                Write(WebUtility.HtmlDecode(scanner.Text.ToString()));
                break;
            case HtmlPiece.Mustache:
                WriteMustache(scanner.Text);
                break;
            case HtmlPiece.StartTag:
                Open(ref scanner);
                break;
            case HtmlPiece.EndTag:
                Close(scanner.Name);
                break;
        }
    }

    private void Open(ref HtmlScanner tag)
    {
        if (!Void.Contains(tag.Name) && (tag.Name == "head" || IsHidden(ref tag)))
        {
            (_hidden, _hiddenDepth) = (tag.Name, 1);
            return;
        }
        switch (tag.Name)
        {
            case "br":
                // Two of them in a row are an empty line, unlike two paragraphs' ends.
                _breaks = Math.Min(_breaks + 1, 2);
                _space = false;
                break;
            case "hr":
                Break(2);
                Write("---");
                Break(2);
                break;
            case "img" when tag.Attribute("alt") is { } alt && !string.IsNullOrWhiteSpace(alt):
                Write(alt);
                break;
            case "a":
                _links.Push((tag.Attribute("href")?.Trim() ?? "", _text.Length));
                break;
            case "ul" or "ol":
                Break(_lists.Count == 0 ? 2 : 1);
                _lists.Add(tag.Name == "ol" ? 1 : null);
                break;
            case "li":
                OpenItem();
                break;
            case "table":
                Break(2);
                _layoutTables.Add(tag.Attribute("role") is "presentation" or "none");
                break;
            case "tr":
                Break(1);
                (_rowHasText, _cellBegun) = (false, false);
                break;
            case "td" or "th":
                if (_layoutTables is [.., true]) Break(1);
                else _cellBegun = true;
                break;
            case "blockquote":
                Break(2);
                _quotes++;
                break;
            case "pre":
                Break(2);
                _preformatted++;
                break;
            default:
                if (Paragraphs.Contains(tag.Name)) Break(2);
                else if (Lines.Contains(tag.Name)) Break(1);
                break;
        }
    }

    private void Close(string name)
    {
        switch (name)
        {
            case "a" when _links.Count > 0:
                CloseLink();
                break;
            case "ul" or "ol" when _lists.Count > 0:
                _lists.RemoveAt(_lists.Count - 1);
                Break(_lists.Count == 0 ? 2 : 1);
                break;
            case "table" when _layoutTables.Count > 0:
                _layoutTables.RemoveAt(_layoutTables.Count - 1);
                Break(2);
                break;
            case "tr":
                Break(1);
                _cellBegun = false;
                break;
            case "blockquote" when _quotes > 0:
                Break(2);
                _quotes--;
                break;
            case "pre" when _preformatted > 0:
                _preformatted--;
                Break(2);
                break;
            default:
                if (Paragraphs.Contains(name)) Break(2);
                else if (Lines.Contains(name) || name == "li") Break(1);
                break;
        }
    }

    private void OpenItem()
    {
        Break(1);
        var number = _lists.Count == 0 ? null : _lists[^1];
        if (number is { } n) _lists[^1] = n + 1;
        var depth = Math.Max(_lists.Count - 1, 0);
        BeginLine();
        _text.Append(' ', Math.Min(depth, 10) * 2).Append(number is null ? "-" : $"{number}.");
        _space = true;
    }

    private void CloseLink()
    {
        var (href, from) = _links.Pop();
        if (href.Length == 0 || href[0] == '#' || href.StartsWith("javascript:", StringComparison.OrdinalIgnoreCase)) return;
        var shown = from <= _text.Length ? _text.ToString(from, _text.Length - from).Trim() : "";
        var address = href.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) ? href[7..].Split('?')[0]
            : href.StartsWith("tel:", StringComparison.OrdinalIgnoreCase) ? href[4..] : href;
        if (SameAddress(shown, address)) return;
        if (shown.Length == 0)
        {
            Append(address);
            return;
        }
        // The address belongs to the text before it, even if a paragraph ended in between.
        var owed = _breaks;
        (_breaks, _space) = (0, true);
        Append($"({address})");
        _breaks = owed;
    }

    private static bool SameAddress(string shown, string address)
    {
        return Core(shown).Equals(Core(address), StringComparison.OrdinalIgnoreCase);

        static ReadOnlySpan<char> Core(string text)
        {
            var scheme = text.IndexOf("://", StringComparison.Ordinal);
            return (scheme < 0 ? text : text.AsSpan(scheme + 3)).TrimEnd('/');
        }
    }

    private void Write(string text)
    {
        if (_preformatted > 0)
        {
            foreach (var (i, line) in text.ReplaceLineEndings("\n").Split('\n').Index())
            {
                if (i > 0) _breaks = Math.Max(_breaks, 1);
                if (line.Length > 0) Append(line);
                else if (i > 0) _breaks = 2;
            }
            return;
        }
        var word = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && !char.IsWhiteSpace(text[i])) continue;
            if (i > word && Visible(text[word..i]) is { Length: > 0 } visible) Append(visible);
            if (i < text.Length) _space = true;
            word = i + 1;
        }
    }

    /// <summary>Without the characters that only pad a preheader or hint at line breaks.</summary>
    private static string Visible(string word) =>
        word.AsSpan().ContainsAny(Invisible) ? string.Concat(word.Where(c => !Invisible.Contains(c))) : word;

    /// <summary>A template's tag stays; one that only steers is no text, so it takes no part in the layout of a row.</summary>
    private void WriteMustache(ReadOnlySpan<char> tag)
    {
        var inside = tag.TrimStart("{~ ");
        var steers = inside is ['#' or '/' or '^' or '!', ..] || inside.StartsWith("else");
        var (cell, row) = (_cellBegun, _rowHasText);
        if (steers) _cellBegun = false;
        Append(tag.ToString());
        if (steers) (_cellBegun, _rowHasText) = (cell, row);
    }

    private void Append(string text)
    {
        if (_breaks > 0)
        {
            BeginLine();
        }
        else if (_cellBegun && _rowHasText)
        {
            _text.Append(" | ");
            _space = false;
        }
        else if (_space && _text.Length > 0 && _text[^1] != '\n')
        {
            _text.Append(' ');
        }
        (_space, _cellBegun, _rowHasText) = (false, false, true);
        _text.Append(text);
    }

    private void Break(int lines)
    {
        _breaks = Math.Max(_breaks, lines);
        _space = false;
    }

    private void BeginLine()
    {
        if (_text.Length > 0) _text.Append('\n', _breaks);
        if (_quotes > 0 && (_breaks > 0 || _text.Length == 0)) _text.Append('>', Math.Min(_quotes, 5)).Append(' ');
        _breaks = 0;
        _space = false;
    }

    private string Finish()
    {
        // Lines end where their text ends; what a template's tag added keeps its own line.
        var lines = _text.ToString().Split('\n').Select(l => l.TrimEnd());
        return string.Join('\n', lines).Trim('\n');
    }

    private static bool IsHidden(ref HtmlScanner tag)
    {
        if (tag.Attribute("hidden") is not null) return true;
        if (tag.Attribute("style") is not { } style) return false;
        style = string.Concat(style.Where(c => !char.IsWhiteSpace(c)));
        return style.Contains("display:none", StringComparison.OrdinalIgnoreCase) || style.Contains("mso-hide:all", StringComparison.OrdinalIgnoreCase);
    }
}
