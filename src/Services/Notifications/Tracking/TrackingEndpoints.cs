using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Tideline.Notifications.Email;
using Tideline.Notifications.Messages;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Notifications.Tracking;

/// <summary>The addresses in messages. Whoever holds one received the message, or it was passed on to them; the token is all they can show.</summary>
internal static class TrackingEndpoints
{
    private static readonly byte[] Pixel = Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");
    private static readonly string[] Looks = ["GET", "HEAD"];

    public static void MapTracking(this RouteGroupBuilder api)
    {
        const string reason = "Recipients of messages do not sign in; the sealed token in the address stands for the message.";
        var tracking = api.MapGroup("").WithTags("Tracking");
        tracking.MapMethods("/t/o/{token}.gif", Looks, Open).WithName("trackOpen").AllowsAnyone(reason).ExcludeFromDescription();
        tracking.MapMethods("/t/c/{token}", Looks, Click).WithName("trackClick").AllowsAnyone(reason).ExcludeFromDescription();
        tracking.MapMethods("/u/{token}", Looks, ShowUnsubscribe).WithName("showUnsubscribe").AllowsAnyone(reason).ExcludeFromDescription();
        tracking.MapPost("/u/{token}", Unsubscribe).WithName("unsubscribe").AllowsAnyone(reason).ExcludeFromDescription();
    }

    /// <summary>The picture that nobody sees: notes that the message was opened.</summary>
    private static async Task<FileContentHttpResult> Open(string token, Feedback feedback, HttpContext context, CancellationToken ct)
    {
        var (message, _) = await feedback.FindAsync(token, TrackingKind.Open, ct) ?? throw Problem.NotFound("address");
        if (HttpMethods.IsGet(context.Request.Method)) await feedback.OpenedAsync(message, ct);
        NeverKeep(context);
        return TypedResults.File(Pixel, "image/gif");
    }

    /// <summary>Notes that a link was followed, and leads on to where it goes.</summary>
    private static async Task<RedirectHttpResult> Click(string token, Feedback feedback, HttpContext context, CancellationToken ct)
    {
        var (message, read) = await feedback.FindAsync(token, TrackingKind.Click, ct) ?? throw Problem.NotFound("link");
        var target = await feedback.TargetAsync(message, read, ct) ?? throw Problem.NotFound("link");
        // Scanners look ahead with HEAD; people do not.
        if (HttpMethods.IsGet(context.Request.Method)) await feedback.ClickedAsync(message, target, ct);
        NeverKeep(context);
        return TypedResults.Redirect(new Uri(target).AbsoluteUri);
    }

    /// <summary>Only shows: scanners and previews follow every link, and must not unsubscribe anybody.</summary>
    private static async Task<ContentHttpResult> ShowUnsubscribe(string token, Feedback feedback, HttpContext context, CancellationToken ct)
    {
        var (message, _) = await FindUnsubscribeAsync(token, feedback, ct);
        return Page(context, message.UnsubscribedAt is null ? UnsubscribePage.Ask(message) : UnsubscribePage.Done(message));
    }

    /// <summary>The button, and mail clients' One-Click (RFC 8058).</summary>
    private static async Task<ContentHttpResult> Unsubscribe(string token, Feedback feedback, HttpContext context, CancellationToken ct)
    {
        var (message, _) = await FindUnsubscribeAsync(token, feedback, ct);
        await feedback.UnsubscribedAsync(message, ct);
        return Page(context, UnsubscribePage.Done(message));
    }

    private static async Task<(Message, TrackingToken)> FindUnsubscribeAsync(string token, Feedback feedback, CancellationToken ct) =>
        await feedback.FindAsync(token, TrackingKind.Unsubscribe, ct) ?? throw Problem.NotFound("subscription");

    private static ContentHttpResult Page(HttpContext context, string html)
    {
        NeverKeep(context);
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        return TypedResults.Content(html, "text/html; charset=utf-8");
    }

    private static void NeverKeep(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store, private";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        context.Response.Headers["X-Robots-Tag"] = "noindex";
    }
}
