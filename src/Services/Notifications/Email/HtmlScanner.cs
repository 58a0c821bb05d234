using System.Net;

namespace Tideline.Notifications.Email;

internal enum HtmlPiece { Text, RawText, StartTag, EndTag, Other, Mustache }

/// <summary>
/// Cuts HTML into tags and text without building a tree, so that it also works on the source of a template, where
/// {{#each}} may stand between rows of a table and a tree builder would move it out.
/// </summary>
internal ref struct HtmlScanner(ReadOnlySpan<char> html)
{
    private static readonly string[] RawElements = ["script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes"];

    private readonly ReadOnlySpan<char> _html = html;
    private string? _rawElement;
    private int _next;

    public HtmlPiece Piece { get; private set; }

    public int Start { get; private set; }

    public readonly int End => _next;

    /// <summary>Of a tag, in lower case.</summary>
    public string Name { get; private set; } = "";

    public readonly ReadOnlySpan<char> Text => _html[Start.._next];

    /// <summary>The attributes of the current start tag.</summary>
    public readonly HtmlAttributes Attributes => new(_html, Start + 1 + Name.Length, _next);

    /// <summary>An attribute of the current start tag, decoded; empty if it has no value, null if it is not there.</summary>
    public readonly string? Attribute(string name)
    {
        var attributes = Attributes;
        while (attributes.Read())
        {
            if (!attributes.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            return WebUtility.HtmlDecode(_html[attributes.Value.Start..attributes.Value.End].ToString());
        }
        return null;
    }

    public bool Read()
    {
        Start = _next;
        if (Start >= _html.Length) return false;
        if (_rawElement is not null) return ReadRaw();
        var rest = _html[Start..];
        if (rest[0] == '<') return ReadMarkup(rest);
        if (rest.StartsWith("{{")) return Take(HtmlPiece.Mustache, MustacheLength(rest));
        return Take(HtmlPiece.Text, TextLength(rest, 0));
    }

    /// <summary>Length of the tag that begins with {{ here; quotes within it may hold braces.</summary>
    internal static int MustacheLength(ReadOnlySpan<char> text)
    {
        var comment = text.StartsWith("{{!--") || text.StartsWith("{{~!--");
        var close = comment ? text.IndexOf("--}}") : text.IndexOf("}}");
        if (comment && close < 0) close = text.IndexOf("--~}}");
        if (close < 0) return text.Length;
        close = comment ? text[close..].IndexOf("}}") + close + 2 : close + 2;
        while (close < text.Length && text[close] == '}') close++;
        return close;
    }

    private bool ReadMarkup(ReadOnlySpan<char> rest)
    {
        if (rest.StartsWith("<!--"))
        {
            var close = rest.IndexOf("-->");
            return Take(HtmlPiece.Other, close < 0 ? rest.Length : close + 3);
        }
        var isEnd = rest.Length > 1 && rest[1] == '/';
        var nameAt = isEnd ? 2 : 1;
        if (rest.Length > nameAt && char.IsAsciiLetter(rest[nameAt]))
        {
            var length = nameAt;
            while (length < rest.Length && !char.IsWhiteSpace(rest[length]) && rest[length] is not ('>' or '/' or '{')) length++;
            var tag = TagLength(rest, length);
            if (tag < 0) return Take(HtmlPiece.Text, rest.Length);
            Name = rest[nameAt..length].ToString().ToLowerInvariant();
            if (!isEnd && Array.IndexOf(RawElements, Name) >= 0) _rawElement = Name;
            return Take(isEnd ? HtmlPiece.EndTag : HtmlPiece.StartTag, tag);
        }
        if (rest.Length > 1 && rest[1] is '!' or '?' or '/')
        {
            var close = rest.IndexOf('>');
            return Take(HtmlPiece.Other, close < 0 ? rest.Length : close + 1);
        }
        return Take(HtmlPiece.Text, TextLength(rest, 1));
    }

    private static int TextLength(ReadOnlySpan<char> rest, int from)
    {
        var length = from;
        while (length < rest.Length && rest[length] != '<' && !rest[length..].StartsWith("{{"))
        {
            var step = rest[length..].IndexOfAny('<', '{');
            length = step < 0 ? rest.Length : step == 0 ? length + 1 : length + step;
        }
        return length;
    }

    /// <summary>Length of the tag up to its &gt;, which may stand in quotes or in a mustache without ending it.</summary>
    private static int TagLength(ReadOnlySpan<char> tag, int from)
    {
        var quote = '\0';
        for (var i = from; i < tag.Length; i++)
        {
            if (tag[i] == '{' && tag[i..].StartsWith("{{")) i += MustacheLength(tag[i..]) - 1;
            else if (quote != '\0') { if (tag[i] == quote) quote = '\0'; }
            else if (tag[i] is '"' or '\'' && EndsWithEquals(tag[..i])) quote = tag[i];
            else if (tag[i] == '>') return i + 1;
        }
        return -1;
    }

    private static bool EndsWithEquals(ReadOnlySpan<char> before)
    {
        var trimmed = before.TrimEnd();
        return trimmed.Length > 0 && trimmed[^1] == '=';
    }

    private bool ReadRaw()
    {
        var rest = _html[Start..];
        var end = rest.IndexOf($"</{_rawElement}", StringComparison.OrdinalIgnoreCase);
        Name = _rawElement!;
        _rawElement = null;
        if (end != 0) return Take(HtmlPiece.RawText, end < 0 ? rest.Length : end);
        return ReadMarkup(rest);
    }

    private bool Take(HtmlPiece piece, int length)
    {
        Piece = piece;
        _next = Start + length;
        return true;
    }
}

/// <summary>Walks over the attributes of one tag.</summary>
internal ref struct HtmlAttributes(ReadOnlySpan<char> html, int start, int end)
{
    private readonly ReadOnlySpan<char> _html = html;
    private int _at = start;

    public ReadOnlySpan<char> Name { get; private set; }

    /// <summary>Where the value stands, without its quotes. Empty for an attribute without one.</summary>
    public (int Start, int End) Value { get; private set; }

    public bool IsQuoted { get; private set; }

    public bool Read()
    {
        while (_at < end)
        {
            if (_html[_at..end].StartsWith("{{"))
            {
                _at += HtmlScanner.MustacheLength(_html[_at..end]);
                continue;
            }
            if (char.IsWhiteSpace(_html[_at]) || _html[_at] is '/' or '>' or '"' or '\'' or '=') { _at++; continue; }
            var name = _at;
            while (_at < end && !char.IsWhiteSpace(_html[_at]) && _html[_at] is not ('=' or '>' or '/')) _at++;
            Name = _html[name.._at];
            var equals = _at;
            while (equals < end && char.IsWhiteSpace(_html[equals])) equals++;
            IsQuoted = false;
            Value = (_at, _at);
            if (equals < end && _html[equals] == '=') ReadValue(equals + 1);
            return true;
        }
        return false;
    }

    private void ReadValue(int at)
    {
        while (at < end && char.IsWhiteSpace(_html[at])) at++;
        IsQuoted = at < end && _html[at] is '"' or '\'';
        var quote = IsQuoted ? _html[at++] : '\0';
        var start = at;
        while (at < end)
        {
            if (_html[at..end].StartsWith("{{")) { at += HtmlScanner.MustacheLength(_html[at..end]); continue; }
            if (IsQuoted ? _html[at] == quote : char.IsWhiteSpace(_html[at]) || _html[at] == '>') break;
            at++;
        }
        Value = (start, at);
        _at = IsQuoted && at < end ? at + 1 : at;
    }
}
