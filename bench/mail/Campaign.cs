using System.Security.Cryptography;
using Tideline.Notifications.Email;
using Tideline.Notifications.Templates;

namespace Tideline.Bench.Mail;

/// <summary>The same message as in peer/message.mjs: about 4.6 kB, 14 substitutions, an #if and an #each.</summary>
internal sealed class Campaign : IDisposable
{
    private const string Paragraph =
        "We are glad that {{company}} is with us. {{agent.name}} looks after you and has kept a place for {{employees}} people in the next round of the course. ";

    private static readonly string Words = string.Concat(Enumerable.Repeat(Paragraph, 6));

    private static readonly string Html =
        "<!doctype html><html><head><style>" + string.Concat(Enumerable.Repeat(".c{font:16px/1.5 sans-serif;color:#222;margin:0;padding:8px}", 20)) +
        "</style></head><body><h1>Hi {{firstName}} {{lastName}},</h1><p>" + Words + "</p>{{#if vip}}<p><b>You come first.</b></p>{{/if}}<table>" +
        "{{#each items}}<tr><td>{{name}}</td><td>{{price}}</td><td><a href=\"https://t.example.com/c/{{../mid}}/{{@index}}\">View</a></td></tr>{{/each}}" +
        "</table><p>" + Words + "</p><a href=\"https://t.example.com/u/{{mid}}\">Unsubscribe</a><img src=\"https://t.example.com/o/{{mid}}.gif\"></body></html>";

    private static readonly string Text =
        "Hi {{firstName}} {{lastName}},\n\n" + Words + "\n{{#each items}}- {{name}}: {{price}}\n{{/each}}\nUnsubscribe: https://t.example.com/u/{{mid}}\n";

    private readonly EmailTemplate _template;
    private readonly TrackingAddresses? _tracking;
    private readonly Mailbox _from = Mailbox.Parse("news@example.com", "Acme");
    private readonly Mailbox _returnPath = Mailbox.Parse("news@example.com");
    private readonly RenderedEmail _rendered = new();

    public Campaign(bool tracked)
    {
        if (tracked) _tracking = new TrackingAddresses(new Uri("https://t.example.com"), new TrackingTokens(RandomNumberGenerator.GetBytes(32)));
        if (!EmailTemplate.TryPrepare(new EmailContent("{{firstName}}, a place for {{employees}} people of {{company}}", null, Html, Text), null, out var template, out var problems))
            throw new InvalidOperationException(string.Join(' ', problems));
        _template = template;
    }

    public void Dispose() => _rendered.Dispose();

    public SmtpMail Build(int i, MailBuffer into)
    {
        var id = Guid.CreateVersion7();
        var mid = id.ToString("N");
        var data = new Dictionary<string, object?>
        {
            ["mid"] = mid,
            ["firstName"] = "Ada" + i % 97,
            ["lastName"] = "Lovelace",
            ["company"] = "Acme " + i % 31,
            ["employees"] = i % 500,
            ["vip"] = i % 5 == 0,
            ["agent"] = new Dictionary<string, object?> { ["name"] = "Grace Hopper" },
            ["items"] = Enumerable.Range(0, 4).Select(k => new Dictionary<string, object?> { ["name"] = "Item " + (i + k) % 50, ["price"] = "$" + (9 + k * 10) + ".00" }).ToArray(),
        };
        _template.Render(data, _rendered, _tracking is null ? null : new MessageTracker(_tracking, id));
        var to = Mailbox.Parse($"lead{i}@example.com");
        into.Reset();
        MimeMessage.Write(into, new EmailMessage
        {
            DeliveryId = id,
            From = _from,
            To = to,
            Subject = _rendered.Subject,
            Date = DateTimeOffset.UtcNow,
            UnsubscribeUrl = _tracking?.Unsubscribe(id) ?? $"https://t.example.com/u/{mid}",
        }, _rendered.Text.Written, _rendered.Html.Written);
        return new SmtpMail(_returnPath, to, into.Memory);
    }
}

/// <summary>The buffers of one batch; its messages must stay as they are until all are sent.</summary>
internal sealed class Batch(int size) : IDisposable
{
    private readonly MailBuffer[] _buffers = [.. Enumerable.Range(0, size).Select(_ => new MailBuffer(8 * 1024))];

    public SmtpMail[] Build(Campaign campaign, int from, int count)
    {
        var mails = new SmtpMail[count];
        for (var i = 0; i < count; i++) mails[i] = campaign.Build(from + i, _buffers[i]);
        return mails;
    }

    public void Dispose()
    {
        foreach (var buffer in _buffers) buffer.Dispose();
    }
}
