using System.Text;
using Tideline.Notifications.Batches;
using Tideline.Notifications.Email;
using Tideline.Notifications.MessageTemplates;
using Tideline.Notifications.Templates;

namespace Tideline.Notifications.Delivery;

/// <summary>A message as it goes on the wire. Its bytes live until it is disposed.</summary>
internal sealed class ComposedMail(Claimed message, SmtpMail mail, MailBuffer buffer) : IDisposable
{
    public Claimed Message => message;
    public SmtpMail Mail => mail;
    public required string Subject { get; init; }
    public required string From { get; init; }
    /// <summary>The bodies as text; only when somebody will look at them.</summary>
    public string Html { get; init; } = "";
    public string Text { get; init; } = "";
    public string? UnsubscribeUrl { get; init; }
    public Guid? CampaignId { get; init; }
    public byte[] Raw => buffer.Written.ToArray();

    public string Preview
    {
        get
        {
            var words = string.Join(' ', Text.Split((char[]?)null, 40, StringSplitOptions.RemoveEmptyEntries).Take(39));
            return words.Length <= 160 ? words : words[..160];
        }
    }

    public void Dispose() => buffer.Dispose();
}

/// <summary>Templates made ready, shared by all messages that look alike.</summary>
internal sealed class PreparedTemplates
{
    private readonly TemplateCache<EmailTemplate> _cache = new(256);

    /// <summary>The template in the sender's layout.</summary>
    /// <exception cref="UnsendableException">It has mistakes.</exception>
    public EmailTemplate Prepare(EmailContent content, Sender? sender) =>
        _cache.GetOrAdd(TemplateCache<EmailTemplate>.KeyOf(content.Subject, content.Preheader, content.Html, content.Text, sender?.Key), () =>
            EmailTemplate.TryPrepare(content, sender?.Look, out var template, out var problems)
                ? template
                : throw new UnsendableException("The template has a mistake: " + string.Join(' ', problems.Select(p => $"{p.Where}: {p.Message}"))));
}

/// <summary>Builds the mail of a claimed message: words, brand, variables, tracking addresses, headers.</summary>
internal sealed class MailComposer(
    Senders senders, PreparedTemplates prepared, TemplateShelf shelf, TrackingAddresses tracking, MailGateway gateway, TimeProvider clock) : IDisposable
{
    private static readonly MessageHeader[] Automatic = [MessageHeader.Create("Auto-Submitted", "auto-generated")];

    private readonly RenderedEmail _rendered = new();

    /// <exception cref="UnsendableException">The message can never go out.</exception>
    public async Task<ComposedMail> ComposeAsync(Claimed message, Batch? batch, CancellationToken ct)
    {
        if (!Mailbox.TryParse(message.DisplayName, message.Address, out var to, out var problem)) throw new UnsendableException(problem);
        var sender = await senders.FindAsync(batch?.BrandId ?? message.BrandId, ct);
        var content = batch is not null
            ? new EmailContent(batch.Subject, batch.Preheader, batch.Html, batch.Text)
            : await shelf.FindAsync(message.TemplateKey!, sender.Look.Language, ct) ?? throw new UnsendableException($"There is no template “{message.TemplateKey}”.");
        var template = prepared.Prepare(content, sender);
        var unsubscribe = message.IsTracked ? tracking.Unsubscribe(message.Id) : null;
        try
        {
            template.Render(MessageVariables.Of(message.Variables, unsubscribe), _rendered, message.IsTracked ? new MessageTracker(tracking, message.Id) : null);
        }
        catch (TemplateLimitException e)
        {
            throw new UnsendableException(e.Message);
        }
        return Build(message, batch, sender, to, unsubscribe);
    }

    public void Dispose() => _rendered.Dispose();

    private ComposedMail Build(Claimed message, Batch? batch, Sender sender, Mailbox to, string? unsubscribe)
    {
        var mail = new EmailMessage
        {
            DeliveryId = message.Id,
            From = sender.From,
            To = to,
            ReplyTo = sender.ReplyTo,
            Subject = _rendered.Subject,
            Date = clock.GetUtcNow(),
            UnsubscribeUrl = unsubscribe,
            Headers = batch is null ? Automatic : [],
        };
        var buffer = new MailBuffer(8 * 1024);
        MimeMessage.Write(buffer, mail, _rendered.Text.Written, _rendered.Html.Written);
        return new ComposedMail(message, new SmtpMail(sender.From, to, buffer.Memory, mail.NeedsSmtpUtf8), buffer)
        {
            Subject = Fit(_rendered.Subject),
            From = sender.From.ToString(),
            Html = gateway.IsSandbox ? Encoding.UTF8.GetString(_rendered.Html.Written) : "",
            Text = gateway.IsSandbox ? Encoding.UTF8.GetString(_rendered.Text.Written) : "",
            UnsubscribeUrl = unsubscribe,
            CampaignId = batch?.CampaignId ?? message.CampaignId,
        };
    }

    // PostgreSQL takes no U+0000, and nobody reads a subject of a thousand words.
    private static string Fit(string subject)
    {
        var clean = subject.Replace("\0", "", StringComparison.Ordinal).ReplaceLineEndings(" ");
        return clean.Length <= 1000 ? clean : clean[..1000];
    }
}
