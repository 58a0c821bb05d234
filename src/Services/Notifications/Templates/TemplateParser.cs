using System.Text;

namespace Tideline.Notifications.Templates;

/// <summary>Turns a template's pieces into a tree, never deeper than <see cref="TemplateLimits.MaxDepth"/>.</summary>
internal sealed class TemplateParser
{
    private readonly List<TemplatePiece> _pieces;
    private readonly bool _ownTags;
    private int _next;

    private TemplateParser(List<TemplatePiece> pieces, bool ownTags) => (_pieces, _ownTags) = (pieces, ownTags);

    /// <param name="source">The template.</param>
    /// <param name="ownTags">Accept the tags for tracked links that the platform itself writes; authors cannot.</param>
    public static TemplateNode[] Parse(string source, bool ownTags = false)
    {
        if (source.Length > TemplateLimits.MaxSource)
            throw new TemplateSyntaxException(1, $"The template is longer than {TemplateLimits.MaxSource / 1024} KB.");
        var parser = new TemplateParser(TemplateLexer.Cut(source), ownTags);
        var nodes = parser.Nodes(0);
        if (parser._next < parser._pieces.Count)
        {
            var stray = parser._pieces[parser._next];
            throw new TemplateSyntaxException(stray.Line, stray.Kind == TagKind.Else
                ? "{{else}} stands outside of a block."
                : $"{{{{/{TemplateLexer.Short(stray.Content)}}}}} closes a block that is not open.");
        }
        return nodes;
    }

    private TemplateNode[] Nodes(int depth)
    {
        var nodes = new List<TemplateNode>();
        for (; _next < _pieces.Count; _next++)
        {
            var piece = _pieces[_next];
            switch (piece.Kind)
            {
                case TagKind.Text:
                    nodes.Add(new LiteralNode(Encoding.UTF8.GetBytes(piece.Content)));
                    break;
                case TagKind.Output when _ownTags && piece.Content == "@pixel":
                    nodes.Add(new PixelNode());
                    break;
                case TagKind.Output or TagKind.RawOutput:
                    nodes.Add(new OutputNode(ExpressionParser.ParseOutput(piece.Content, piece.Line), piece.Kind == TagKind.RawOutput));
                    break;
                case TagKind.Open:
                    _next++;
                    nodes.Add(Block(piece, depth + 1));
                    break;
                default:
                    return [.. nodes];
            }
        }
        return [.. nodes];
    }

    private TemplateNode Block(TemplatePiece open, int depth)
    {
        if (depth > TemplateLimits.MaxDepth) throw TooDeep(open.Line);
        var (name, argument) = SplitName(open.Content);
        if (_ownTags && name == "@link") return Link(open, argument, depth);
        var block = ParseBlock(name, argument, open.Line);
        var body = Nodes(depth);
        var otherwise = Otherwise(open, name, depth);
        Close(open, name);
        return new BlockNode(block.Kind, block.Value, body, otherwise);
    }

    /// <summary>What stands behind {{else}}. "else if" is a block within, which the same closing tag ends.</summary>
    private TemplateNode[] Otherwise(TemplatePiece open, string name, int depth)
    {
        if (_next >= _pieces.Count || _pieces[_next].Kind != TagKind.Else) return [];
        var piece = _pieces[_next++];
        if (piece.Content.Length > 0)
        {
            // Each "else if" is a level deeper in the tree, so it must count as one.
            if (depth >= TemplateLimits.MaxDepth) throw TooDeep(piece.Line);
            var (chained, argument) = SplitName(piece.Content);
            var block = ParseBlock(chained, argument, piece.Line);
            var body = Nodes(depth + 1);
            return [new BlockNode(block.Kind, block.Value, body, Otherwise(open, name, depth + 1))];
        }
        var nodes = Nodes(depth);
        if (_next < _pieces.Count && _pieces[_next].Kind == TagKind.Else)
            throw new TemplateSyntaxException(_pieces[_next].Line, $"{{{{#{name}}}}} has a second {{{{else}}}}.");
        return nodes;
    }

    private void Close(TemplatePiece open, string name)
    {
        if (_next >= _pieces.Count) throw new TemplateSyntaxException(open.Line, $"{{{{#{name}}}}} is not closed.");
        if (_pieces[_next].Content != name)
        {
            throw new TemplateSyntaxException(_pieces[_next].Line,
                $"{{{{/{TemplateLexer.Short(_pieces[_next].Content)}}}}} closes {{{{#{name}}}}} of line {open.Line}.");
        }
    }

    private LinkNode Link(TemplatePiece open, string argument, int depth)
    {
        var words = argument.Split(' ');
        var body = Nodes(depth);
        Close(open, "@link");
        return new LinkNode(int.Parse(words[0]), words is [_, "static"], body);
    }

    private static TemplateSyntaxException TooDeep(int line) => new(line, $"Blocks are nested more than {TemplateLimits.MaxDepth} deep.");

    private static (string Name, string Argument) SplitName(string content)
    {
        var space = content.AsSpan().IndexOfAny(" \t\r\n");
        return space < 0 ? (content, "") : (content[..space], content[space..].Trim());
    }

    private static (BlockKind Kind, TemplateExpression Value) ParseBlock(string name, string argument, int line)
    {
        BlockKind kind = name switch
        {
            "if" => BlockKind.If,
            "unless" => BlockKind.Unless,
            "each" => BlockKind.Each,
            "with" => BlockKind.With,
            _ => throw new TemplateSyntaxException(line,
                $"There is no block “{TemplateLexer.Short(name)}”. There are if, unless, each and with."),
        };
        return (kind, ExpressionParser.ParseArgument(name, argument, line));
    }
}
