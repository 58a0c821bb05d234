using System.Net;
using Tideline.Notifications.Messages;

namespace Tideline.Notifications.Tracking;

/// <summary>What recipients see when they follow the unsubscribe link. Works without scripts and pictures.</summary>
internal static class UnsubscribePage
{
    public static string Ask(Message message) => Page("Unsubscribe", $"""
        <h1>No more messages?</h1>
        <p>You received “{Text(message.Subject)}” at <strong>{Text(Masked(message.Address))}</strong>.</p>
        <form method="post"><button type="submit">Unsubscribe</button></form>
        <p class="quiet">Nothing changes until you press the button.</p>
        """);

    public static string Done(Message message) => Page("Unsubscribed", $"""
        <h1>You are unsubscribed</h1>
        <p>No more messages of this kind will be sent to <strong>{Text(Masked(message.Address))}</strong>.</p>
        """);

    /// <summary>Enough to know one's own address by, too little to learn somebody else's from a link that was passed on.</summary>
    private static string Masked(string address)
    {
        var at = address.LastIndexOf('@');
        return at < 1 ? "your address" : $"{address[0]}•••{address[at..]}";
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Page(string title, string body) => $$"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <meta name="robots" content="noindex">
        <title>{{title}}</title>
        <style>
        :root{color-scheme:light dark}
        body{margin:0;min-height:100vh;display:grid;place-items:center;font:16px/1.6 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;background:#f4f5f7;color:#1c2430}
        main{max-width:28rem;margin:1.5rem;padding:2rem;border-radius:12px;background:#fff;overflow-wrap:anywhere}
        h1{margin:0 0 .75rem;font-size:1.4rem}
        button{font:inherit;font-weight:600;padding:.7rem 1.4rem;border:0;border-radius:8px;background:#1f4e79;color:#fff;cursor:pointer}
        button:focus-visible{outline:3px solid #7aa7d6;outline-offset:2px}
        .quiet{color:#5b6573;font-size:.9rem;margin-bottom:0}
        @media (prefers-color-scheme:dark){body{background:#0f1217;color:#e6e8ec}main{background:#1b1f27}.quiet{color:#9aa3b2}
        }
        </style>
        </head>
        <body><main>
        {{body}}
        </main></body>
        </html>
        """;
}
