namespace Tideline.Notifications.Templates;

internal enum TagKind { Text, Comment, Output, RawOutput, Open, Close, Else }

/// <summary>A piece of a template: text between tags, or what stands inside one.</summary>
/// <param name="Kind">What kind of piece it is.</param>
/// <param name="Content">The text, or the tag's inside without its marks.</param>
/// <param name="Line">Where it begins, from 1.</param>
internal readonly record struct TemplatePiece(TagKind Kind, string Content, int Line);

internal sealed class TemplateSyntaxException(int line, string message) : Exception(message)
{
    public int Line => line;
}

/// <summary>Cuts a template into text and tags, and applies Handlebars' rules for white space around tags.</summary>
internal static class TemplateLexer
{
    public static List<TemplatePiece> Cut(string source)
    {
        var pieces = new List<TemplatePiece>();
        var line = 1;
        var text = 0;            // where the text not yet taken begins
        var tags = 0;
        var trimNext = false;    // the last tag ended with ~}}
        var i = 0;
        while ((i = source.IndexOf("{{", i, StringComparison.Ordinal)) >= 0)
        {
            if (i > text && source[i - 1] == '\\')
            {
                // \{{ is a literal {{.
                AddText(source[text..(i - 1)], false);
                AddText("{{", false);
                i = text = i + 2;
                continue;
            }
            if (++tags > TemplateLimits.MaxTags)
                throw new TemplateSyntaxException(line, $"The template has more than {TemplateLimits.MaxTags} tags.");
            var tagLine = line + source.AsSpan(text, i - text).Count('\n');
            var tag = ReadTag(source, i, tagLine, out var end, out var trimBefore, out var trimAfter);
            AddText(source[text..i], trimBefore);
            pieces.Add(tag);
            line = tagLine + source.AsSpan(i, end - i).Count('\n');
            trimNext = trimAfter;
            i = text = end;
        }
        AddText(source[text..], false);
        return StripStandaloneLines(pieces);

        void AddText(string content, bool trimEnd)
        {
            var began = line;
            line += content.AsSpan().Count('\n');
            if (trimNext) content = content.TrimStart();
            if (trimEnd) content = content.TrimEnd();
            trimNext = false;
            // An empty text stays in the list for now: texts and tags take turns, which the rule for lines relies on.
            pieces.Add(new TemplatePiece(TagKind.Text, content, began));
        }
    }

    private static TemplatePiece ReadTag(string source, int start, int line, out int end, out bool trimBefore, out bool trimAfter)
    {
        var inside = start + 2;
        trimBefore = inside < source.Length && source[inside] == '~';
        if (trimBefore) inside++;
        if (source.AsSpan(inside).StartsWith("!"))
        {
            var mark = source.AsSpan(inside).StartsWith("!--") ? "--" : "";
            var close = source.IndexOf(mark + "}}", inside, StringComparison.Ordinal);
            var trimmed = source.IndexOf(mark + "~}}", inside, StringComparison.Ordinal);
            trimAfter = trimmed >= 0 && (close < 0 || trimmed < close);
            if (trimAfter) close = trimmed;
            if (close < 0) throw new TemplateSyntaxException(line, "A comment that begins with {{! is not closed.");
            end = close + mark.Length + (trimAfter ? 3 : 2);
            return new TemplatePiece(TagKind.Comment, "", line);
        }

        var triple = source.AsSpan(inside).StartsWith("{");
        if (triple) inside++;
        var stop = FindEnd(source, inside, triple, line);
        trimAfter = !triple && source[stop - 1] == '~' && stop > inside;
        var content = source[inside..(trimAfter ? stop - 1 : stop)];
        end = stop + 2;
        if (triple)
        {
            end = stop + 1;
            if (source.AsSpan(end).StartsWith("~")) { trimAfter = true; end++; }
            if (!source.AsSpan(end).StartsWith("}}")) throw new TemplateSyntaxException(line, "{{{ must be closed with }}}.");
            end += 2;
            if (content.TrimStart() is ['{', ..]) throw new TemplateSyntaxException(line, "Raw blocks ({{{{) are not supported.");
            return new TemplatePiece(TagKind.RawOutput, content.Trim(), line);
        }
        return Classify(content.Trim(), line);
    }

    private static TemplatePiece Classify(string content, int line)
    {
        if (content.Length == 0) throw new TemplateSyntaxException(line, "The tag {{}} is empty.");
        switch (content[0])
        {
            case '#' when content.Length > 1 && content[1] is not ('>' or '*'):
                return new TemplatePiece(TagKind.Open, content[1..].Trim(), line);
            case '/':
                return new TemplatePiece(TagKind.Close, content[1..].Trim(), line);
            case '&':
                return new TemplatePiece(TagKind.RawOutput, content[1..].Trim(), line);
            case '^' when content.Length == 1:
                return new TemplatePiece(TagKind.Else, "", line);
            case '#' or '^':
                throw new TemplateSyntaxException(line, $"The tag {{{{{Short(content)}}}}} is not supported.");
            case '>':
                throw new TemplateSyntaxException(line, "Partials ({{> name}}) are not supported.");
            case '*':
                throw new TemplateSyntaxException(line, "Decorators ({{* name}}) are not supported.");
            default:
                return content == "else" || content.StartsWith("else ", StringComparison.Ordinal)
                    ? new TemplatePiece(TagKind.Else, content[4..].Trim(), line)
                    : new TemplatePiece(TagKind.Output, content, line);
        }
    }

    internal static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";

    /// <summary>Where the closing braces are; braces within quotes do not close.</summary>
    private static int FindEnd(string source, int from, bool triple, int line)
    {
        var quote = '\0';
        var limit = Math.Min(source.Length, from + TemplateLimits.MaxTag);
        for (var i = from; i < limit; i++)
        {
            var c = source[i];
            if (quote != '\0')
            {
                if (c == '\\') i++;
                else if (c == quote) quote = '\0';
            }
            else if (c is '"' or '\'')
            {
                quote = c;
            }
            else if (c == '}' && i + 1 < source.Length && (triple || source[i + 1] == '}'))
            {
                return i;
            }
            else if (c == '{' && !triple)
            {
                break;
            }
        }
        throw new TemplateSyntaxException(line, source.Length - from > TemplateLimits.MaxTag && limit < source.Length && quote == '\0'
            ? "A tag that begins with {{ is not closed, or is too long." : "A tag that begins with {{ is not closed.");
    }

    /// <summary>A block tag or comment alone on its line takes the line with it, so that templates can be laid out.</summary>
    private static List<TemplatePiece> StripStandaloneLines(List<TemplatePiece> pieces)
    {
        var contents = pieces.ConvertAll(p => p.Content);
        for (var i = 0; i < pieces.Count; i++)
        {
            if (pieces[i].Kind is TagKind.Text or TagKind.Output or TagKind.RawOutput || pieces[i].Content.StartsWith('@')) continue;
            // Decided on the texts as they were: two tags on neighbouring lines both look at the line break between them.
            if (!BeginsLine(pieces, i, out var before) || !EndsLine(pieces, i, out var after)) continue;
            if (i > 0) contents[i - 1] = contents[i - 1][..^Math.Min(contents[i - 1].Length, before)];
            if (i + 1 < pieces.Count)
            {
                var next = pieces[i + 1].Content.Length - after;
                contents[i + 1] = contents[i + 1].Length > next ? contents[i + 1][^next..] : contents[i + 1];
            }
        }
        var kept = new List<TemplatePiece>(pieces.Count);
        for (var i = 0; i < pieces.Count; i++)
        {
            if (pieces[i].Kind == TagKind.Comment || (pieces[i].Kind == TagKind.Text && contents[i].Length == 0)) continue;
            kept.Add(pieces[i] with { Content = contents[i] });
        }
        return kept;
    }

    private static bool BeginsLine(List<TemplatePiece> pieces, int i, out int blanks)
    {
        blanks = 0;
        if (i == 0) return true;
        var text = pieces[i - 1].Content;
        if (pieces[i - 1].Kind != TagKind.Text) return false;
        while (blanks < text.Length && text[^(blanks + 1)] is ' ' or '\t') blanks++;
        return blanks == text.Length ? i == 1 : text[^(blanks + 1)] == '\n';
    }

    private static bool EndsLine(List<TemplatePiece> pieces, int i, out int blanks)
    {
        blanks = 0;
        if (i + 1 == pieces.Count) return true;
        var text = pieces[i + 1].Content;
        if (pieces[i + 1].Kind != TagKind.Text) return false;
        while (blanks < text.Length && text[blanks] is ' ' or '\t') blanks++;
        if (blanks == text.Length) return i + 2 == pieces.Count;
        if (text[blanks] == '\r' && blanks + 1 < text.Length && text[blanks + 1] == '\n') blanks += 2;
        else if (text[blanks] == '\n') blanks++;
        else return false;
        return true;
    }
}
