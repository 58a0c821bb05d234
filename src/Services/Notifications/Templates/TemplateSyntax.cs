namespace Tideline.Notifications.Templates;

internal enum TemplateKind
{
    /// <summary>Subjects and plain text: values are written as they are.</summary>
    Text,

    /// <summary>Values are escaped for HTML text and attributes; {{{…}}} is not.</summary>
    Html,
}

internal enum BlockKind { If, Unless, Each, With }

internal abstract record TemplateNode;

/// <summary>Text between tags, ready for the wire.</summary>
internal sealed record LiteralNode(byte[] Utf8) : TemplateNode;

internal sealed record OutputNode(TemplateExpression Value, bool Raw) : TemplateNode;

internal sealed record BlockNode(BlockKind Kind, TemplateExpression Value, TemplateNode[] Body, TemplateNode[] Otherwise) : TemplateNode;

/// <summary>
/// A link's address. With tracking it becomes the address of our redirect: for a link that is the same in every message
/// the number is enough, for a personalised one the redirect has to know the target that the body gives.
/// </summary>
internal sealed record LinkNode(int Link, bool IsStatic, TemplateNode[] Body) : TemplateNode;

/// <summary>The address of the open pixel. Its tag is only written when the message is tracked.</summary>
internal sealed record PixelNode : TemplateNode;

internal abstract record TemplateExpression(int Line);

internal sealed record LiteralExpression(object? Value, int Line) : TemplateExpression(Line);

/// <summary>A variable. Up counts the "../"; "@root" starts at the outermost data.</summary>
internal sealed record PathExpression(int Up, bool FromRoot, string[] Segments, int Line) : TemplateExpression(Line)
{
    public override string ToString() =>
        (FromRoot ? "@root." : "") + string.Concat(Enumerable.Repeat("../", Up)) + (Segments.Length == 0 ? "this" : string.Join('.', Segments));
}

/// <summary>What a loop tells about itself: @index, @key, @first, @last.</summary>
internal sealed record LoopExpression(LoopValue Value, int Up, int Line) : TemplateExpression(Line);

internal enum LoopValue { Index, Key, First, Last }

internal sealed record CallExpression(TemplateFunction Function, TemplateExpression[] Arguments, int Line) : TemplateExpression(Line);
