namespace Tideline.Notifications.Templates;

/// <summary>
/// Finds variables that no data will ever fill. Inside each and with the shape of the data is not known, so only what
/// reaches out to the outermost data is looked at there.
/// </summary>
internal sealed class VariableCheck(IReadOnlyCollection<string> known)
{
    private readonly List<TemplateProblem> _problems = [];
    private readonly HashSet<string> _reported = new(StringComparer.Ordinal);

    public IReadOnlyList<TemplateProblem> Find(TemplateNode[] nodes)
    {
        Look(nodes, 0);
        return _problems;
    }

    private void Look(TemplateNode[] nodes, int scopes)
    {
        foreach (var node in nodes)
        {
            switch (node)
            {
                case OutputNode output:
                    Look(output.Value, scopes);
                    break;
                case BlockNode block:
                    Look(block.Value, scopes);
                    Look(block.Body, block.Kind is BlockKind.Each or BlockKind.With ? scopes + 1 : scopes);
                    Look(block.Otherwise, scopes);
                    break;
                case LinkNode link:
                    Look(link.Body, scopes);
                    break;
            }
        }
    }

    private void Look(TemplateExpression expression, int scopes)
    {
        switch (expression)
        {
            case CallExpression call:
                foreach (var argument in call.Arguments) Look(argument, scopes);
                break;
            case PathExpression path when path.Segments.Length > 0 && (path.FromRoot || path.Up == scopes):
                var name = string.Join('.', path.Segments);
                if (!IsKnown(name) && _reported.Add(name))
                    Add(path, $"There is no variable “{TemplateLexer.Short(name)}”; it will be empty.");
                break;
            case PathExpression path when path.Up > scopes:
                Add(path, $"“{TemplateLexer.Short(path.ToString())}” leads out of the data; it will be empty.");
                break;
        }
    }

    private void Add(PathExpression path, string message) => _problems.Add(new TemplateProblem($"line {path.Line}", message));

    private bool IsKnown(string name) => known.Any(k =>
        k == name || k.StartsWith(name + ".", StringComparison.Ordinal) || name.StartsWith(k + ".", StringComparison.Ordinal) ||
        (k.EndsWith(".*", StringComparison.Ordinal) && name.StartsWith(k[..^1], StringComparison.Ordinal)));
}
