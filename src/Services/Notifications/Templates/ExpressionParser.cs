using System.Globalization;
using System.Text;

namespace Tideline.Notifications.Templates;

/// <summary>Reads what stands inside a tag: a variable, a literal, or a function and its arguments.</summary>
internal ref struct ExpressionParser(string text, int line)
{
    private const string NotInNames = "!\"#%&'()*+,;<=>@[\\]^`{|}~ \t\r\n";

    private int _at;

    /// <summary>The inside of {{…}}: one value, or a function with its arguments.</summary>
    public static TemplateExpression ParseOutput(string text, int line)
    {
        var parser = new ExpressionParser(text, line);
        var value = parser.CallOrValue(0, untilParenthesis: false);
        return value;
    }

    /// <summary>The argument of a block: exactly one value.</summary>
    public static TemplateExpression ParseArgument(string block, string text, int line)
    {
        var parser = new ExpressionParser(text, line);
        parser.SkipSpace();
        if (parser.AtEnd) throw new TemplateSyntaxException(line, $"{{{{#{block}}}}} needs a variable.");
        var value = parser.Value(0);
        parser.SkipSpace();
        if (!parser.AtEnd)
        {
            throw new TemplateSyntaxException(line, text.AsSpan(parser._at).StartsWith("as |")
                ? "Block parameters (as |name|) are not supported; use this and ../."
                : $"{{{{#{block}}}}} takes one variable.");
        }
        return value;
    }

    private readonly bool AtEnd => _at >= text.Length;

    private TemplateExpression CallOrValue(int depth, bool untilParenthesis)
    {
        if (depth > TemplateLimits.MaxCallDepth) throw Error($"Calls are nested more than {TemplateLimits.MaxCallDepth} deep.");
        SkipSpace();
        var nameAt = _at;
        var first = Value(depth);
        var nameEnd = _at;
        SkipSpace();
        if (AtEnd || (untilParenthesis && text[_at] == ')')) return first;

        var name = text[nameAt..nameEnd];
        if (first is not PathExpression || !TemplateFunction.All.TryGetValue(name, out var function))
        {
            throw Error($"There is no function “{TemplateLexer.Short(name)}”. " +
                        $"There are {string.Join(", ", TemplateFunction.All.Keys)}, and the blocks if, unless, each and with.");
        }
        var arguments = new List<TemplateExpression>();
        while (!AtEnd && !(untilParenthesis && text[_at] == ')'))
        {
            if (arguments.Count == function.Most) throw Error($"“{name}” has too many arguments. It is used like {function.Usage}.");
            arguments.Add(Value(depth));
            SkipSpace();
        }
        if (arguments.Count < function.Least) throw Error($"“{name}” has too few arguments. It is used like {function.Usage}.");
        return new CallExpression(function, [.. arguments], line);
    }

    private TemplateExpression Value(int depth)
    {
        if (AtEnd) throw Error("The tag is not complete.");
        switch (text[_at])
        {
            case '"' or '\'':
                return new LiteralExpression(Quoted(), line);
            case '(':
                _at++;
                var inner = CallOrValue(depth + 1, untilParenthesis: true);
                SkipSpace();
                if (AtEnd || text[_at] != ')') throw Error("A ( is not closed.");
                _at++;
                return inner;
            case '@':
                _at++;
                return AtName();
            case '-' or (>= '0' and <= '9'):
                return Number();
            default:
                return Path(fromRoot: false);
        }
    }

    private string Quoted()
    {
        var quote = text[_at++];
        var value = new StringBuilder();
        while (!AtEnd && text[_at] != quote)
        {
            if (text[_at] == '\\' && _at + 1 < text.Length && text[_at + 1] == quote) _at++;
            value.Append(text[_at++]);
        }
        if (AtEnd) throw Error("A quotation mark is not closed.");
        _at++;
        return value.ToString();
    }

    private LiteralExpression Number()
    {
        var start = _at++;
        while (!AtEnd && (char.IsAsciiDigit(text[_at]) || text[_at] == '.')) _at++;
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (!AtNameEnd() || !decimal.TryParse(text.AsSpan(start, _at - start), style, CultureInfo.InvariantCulture, out var number))
            throw Error($"“{TemplateLexer.Short(text[start..])}” is neither a number nor a name.");
        return new LiteralExpression(number, line);
    }

    private TemplateExpression AtName()
    {
        var up = Ups();
        var start = _at;
        while (!AtEnd && char.IsAsciiLetter(text[_at])) _at++;
        var name = text[start.._at];
        if (name == "root" && up == 0)
        {
            if (!AtEnd && text[_at] is '.' or '/') _at++;
            return Path(fromRoot: true);
        }
        if (!AtNameEnd()) throw Error($"There is no @{TemplateLexer.Short(text[start..])}.");
        return name switch
        {
            "index" => new LoopExpression(LoopValue.Index, up, line),
            "key" => new LoopExpression(LoopValue.Key, up, line),
            "first" => new LoopExpression(LoopValue.First, up, line),
            "last" => new LoopExpression(LoopValue.Last, up, line),
            _ => throw Error($"There is no @{TemplateLexer.Short(name)}. There are @index, @key, @first, @last and @root."),
        };
    }

    private int Ups()
    {
        var up = 0;
        while (text.AsSpan(_at).StartsWith("../"))
        {
            _at += 3;
            up++;
        }
        return up;
    }

    private TemplateExpression Path(bool fromRoot)
    {
        var start = _at;
        var up = fromRoot ? 0 : Ups();
        var segments = new List<string>();
        if (!fromRoot && text.AsSpan(_at) is ['.', '.', .. var after] && (after.Length == 0 || char.IsWhiteSpace(after[0]) || after[0] == ')'))
        {
            _at += 2;
            return new PathExpression(up + 1, false, [], line);
        }
        if (text.AsSpan(_at).StartsWith("./")) _at += 2;
        while (!AtEnd && !char.IsWhiteSpace(text[_at]) && text[_at] != ')')
        {
            segments.Add(Segment());
            if (segments.Count > 16) throw Error("A name has more than 16 parts.");
            if (AtEnd || text[_at] is not ('.' or '/')) break;
            _at++;
            if (AtEnd && segments is not ["this" or ""]) throw Error($"“{TemplateLexer.Short(text)}” ends with a dot.");
        }
        if (!AtNameEnd())
        {
            throw Error(!AtEnd && text[_at] == '='
                ? "Named arguments (name=value) are not supported."
                : $"“{TemplateLexer.Short(text[start..])}” is not a name.");
        }
        if (segments.Count > 0 && !fromRoot && segments[0] is "this" or "") segments.RemoveAt(0);
        if (segments.Contains("")) throw Error($"“{TemplateLexer.Short(text[start.._at])}” is not a name.");
        if (up == 0 && !fromRoot && segments.Count == 1)
        {
            switch (segments[0])
            {
                case "true": return new LiteralExpression(true, line);
                case "false": return new LiteralExpression(false, line);
                case "null" or "undefined": return new LiteralExpression(null, line);
            }
        }
        return new PathExpression(up, fromRoot, [.. segments], line);
    }

    private string Segment()
    {
        if (text[_at] == '[')
        {
            var close = text.IndexOf(']', _at);
            if (close < 0) throw Error("A [ is not closed.");
            var literal = text[(_at + 1)..close];
            _at = close + 1;
            return literal;
        }
        var start = _at;
        while (!AtEnd && text[_at] is not ('.' or '/') && !NotInNames.Contains(text[_at])) _at++;
        return text[start.._at];
    }

    private readonly bool AtNameEnd() => AtEnd || char.IsWhiteSpace(text[_at]) || text[_at] == ')';

    private void SkipSpace()
    {
        while (!AtEnd && char.IsWhiteSpace(text[_at])) _at++;
    }

    private readonly TemplateSyntaxException Error(string message) => new(line, message);
}
