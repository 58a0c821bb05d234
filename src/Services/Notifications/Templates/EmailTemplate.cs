using System.Diagnostics.CodeAnalysis;
using Tideline.Notifications.Email;

namespace Tideline.Notifications.Templates;

/// <summary>What an author wrote: four templates.</summary>
internal sealed record EmailContent(string Subject, string? Preheader, string Html, string? Text);

/// <summary>
/// A message made ready for any number of recipients: dressed in its brand, its links numbered, its plain text derived. All
/// that does not depend on the recipient is done here, once.
/// </summary>
internal sealed class EmailTemplate
{
    private readonly Template _subject;
    private readonly Template _html;
    private readonly Template? _text;

    private EmailTemplate(Template subject, Template html, Template? text, LinkTable links) =>
        (_subject, _html, _text, Links) = (subject, html, text, links);

    /// <summary>Where the clicks of every message of this template lead.</summary>
    public LinkTable Links { get; }

    public static bool TryPrepare(EmailContent content, BrandLook? look, [NotNullWhen(true)] out EmailTemplate? email,
        out IReadOnlyList<TemplateProblem> problems)
    {
        email = null;
        problems = Check(content);
        if (problems.Count > 0) return false;

        var page = look is null ? content.Html : MessageLayout.Wrap(look, content.Html, content.Preheader);
        if (!Template.TryParse(page, TemplateKind.Html, out var html, out var problem))
        {
            // The author's parts are right, so this is their place in the layout: a preheader with a lone block, say.
            problems = [new TemplateProblem("layout", problem.Message)];
            return false;
        }
        var (tracked, links) = LinkRewriter.Rewrite(page);
        // Tags in the middle of an address can make it impossible to track; then the message goes out untracked.
        if (!Template.TryParse(tracked, TemplateKind.Html, ownTags: true, out var withLinks, out _))
            (withLinks, links) = (html, new LinkTable([]));
        Template.TryParse(content.Subject, TemplateKind.Text, out var subject, out _);
        email = new EmailTemplate(subject!, withLinks, TextOf(content, look, page, html), links);
        return true;
    }

    /// <summary>The mistakes in the four parts, and the variables nobody will fill.</summary>
    public static IReadOnlyList<TemplateProblem> Check(EmailContent content, IReadOnlyCollection<string>? variables = null)
    {
        var found = new List<TemplateProblem>();
        Add("subject", content.Subject, TemplateKind.Text);
        Add("preheader", content.Preheader, TemplateKind.Text);
        Add("html", content.Html, TemplateKind.Html);
        Add("text", content.Text, TemplateKind.Text);
        return found;

        void Add(string part, string? source, TemplateKind kind)
        {
            if (source is null) return;
            found.AddRange(Template.Check(source, kind, variables).Select(p => p with { Where = $"{part}, {p.Where}" }));
        }
    }

    /// <summary>Renders for one recipient. Without a tracker, links keep their own addresses and there is no pixel.</summary>
    public void Render(IReadOnlyDictionary<string, object?> data, RenderedEmail to, ILinkTracker? tracker = null)
    {
        to.Reset();
        _subject.Render(data, to.Scratch);
        to.Subject = to.Scratch.ToString();
        _html.Render(data, to.Html, tracker);
        if (_text is not null) _text.Render(data, to.Text);
        else to.Text.Write(HtmlToText.Convert(to.Html.ToString()));
    }

    private static Template? TextOf(EmailContent content, BrandLook? look, string page, Template html)
    {
        if (!string.IsNullOrWhiteSpace(content.Text))
        {
            var signed = content.Text + (look is null ? "" : MessageLayout.TextFoot(look));
            return Template.TryParse(signed, TemplateKind.Text, out var written, out _) ? written : null;
        }
        // {{{…}}} brings HTML with the data, which only the finished page can be freed of.
        if (HasRaw(html.Nodes)) return null;
        return Template.TryParse(HtmlToText.Convert(page), TemplateKind.Text, out var derived, out _) ? derived : null;
    }

    private static bool HasRaw(IEnumerable<TemplateNode> nodes) => nodes.Any(n => n switch
    {
        OutputNode output => output.Raw,
        BlockNode block => HasRaw(block.Body) || HasRaw(block.Otherwise),
        _ => false,
    });
}

/// <summary>One recipient's subject and bodies. Kept and used again, so that a campaign does not churn memory.</summary>
internal sealed class RenderedEmail : IDisposable
{
    public string Subject { get; set; } = "";

    public MailBuffer Html { get; } = new();

    public MailBuffer Text { get; } = new(4096);

    internal MailBuffer Scratch { get; } = new(512);

    public void Reset()
    {
        Subject = "";
        Html.Reset();
        Text.Reset();
        Scratch.Reset();
    }

    public void Dispose()
    {
        Html.Dispose();
        Text.Dispose();
        Scratch.Dispose();
    }
}
