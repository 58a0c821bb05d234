using System.Diagnostics.CodeAnalysis;
using Tideline.Notifications.Email;

namespace Tideline.Notifications.Templates;

/// <summary>
/// A parsed template in the Handlebars language: variables, {{#if}}, {{#unless}}, {{#each}}, {{#with}}, a few functions and
/// nothing that could reach outside the data it is given. Safe for use by many threads.
/// </summary>
internal sealed class Template
{
    private readonly TemplateNode[] _nodes;
    private readonly TemplateKind _kind;

    private Template(TemplateNode[] nodes, TemplateKind kind) => (_nodes, _kind) = (nodes, kind);

    internal IReadOnlyList<TemplateNode> Nodes => _nodes;

    public static bool TryParse(string source, TemplateKind kind, [NotNullWhen(true)] out Template? template,
        [NotNullWhen(false)] out TemplateProblem? problem) => TryParse(source, kind, ownTags: false, out template, out problem);

    internal static bool TryParse(string source, TemplateKind kind, bool ownTags, [NotNullWhen(true)] out Template? template,
        [NotNullWhen(false)] out TemplateProblem? problem)
    {
        try
        {
            (template, problem) = (new Template(TemplateParser.Parse(source, ownTags), kind), null);
            return true;
        }
        catch (TemplateSyntaxException e)
        {
            (template, problem) = (null, new TemplateProblem($"line {e.Line}", e.Message));
            return false;
        }
    }

    /// <summary>Everything an author should know: why it does not parse, or which variables nobody will fill.</summary>
    /// <param name="source">The template.</param>
    /// <param name="kind">What it renders.</param>
    /// <param name="variables">The known names, such as "firstName", "agent.name" or "custom.*"; null to accept any.</param>
    public static IReadOnlyList<TemplateProblem> Check(string source, TemplateKind kind, IReadOnlyCollection<string>? variables = null)
    {
        if (!TryParse(source, kind, out var template, out var problem)) return [problem];
        return variables is null ? [] : new VariableCheck(variables).Find(template._nodes);
    }

    /// <summary>Writes the message for one recipient.</summary>
    /// <exception cref="TemplateLimitException">The template went beyond <see cref="TemplateLimits"/>; the output is cut back.</exception>
    public void Render(IReadOnlyDictionary<string, object?> data, MailBuffer output, ILinkTracker? links = null)
    {
        var start = output.Length;
        try
        {
            new TemplateRun(output, _kind == TemplateKind.Html, links).Run(_nodes, data);
        }
        catch (TemplateLimitException)
        {
            output.Truncate(start);
            throw;
        }
    }

    public string Render(IReadOnlyDictionary<string, object?> data)
    {
        using var output = new MailBuffer();
        Render(data, output);
        return output.ToString();
    }
}

/// <summary>Writes the addresses that stand for a message's links; see the tracking of the mail channel.</summary>
internal interface ILinkTracker
{
    /// <summary>The address for a link that has the same target in every message.</summary>
    void WriteClick(MailBuffer output, int link);

    /// <summary>The address for a personalised link; false if this target is not one to be tracked.</summary>
    bool TryWriteClick(MailBuffer output, int link, string target);

    void WriteOpen(MailBuffer output);
}
