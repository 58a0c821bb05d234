using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Api;
using Tideline.Platform.Realtime;
using Tideline.Platform.Security;

namespace Tideline.Notifications.Inbox;

internal static class InboxEndpoints
{
    public static void MapInbox(this RouteGroupBuilder api)
    {
        var inbox = api.MapGroup("/inbox").WithTags("Inbox");
        inbox.MapGet("/", List).WithName("listInbox").RequiresSignIn();
        inbox.MapGet("/count", Count).WithName("countInbox").RequiresSignIn();
        inbox.MapPost("/{id:guid}/read", Read).WithName("markInboxItemRead").RequiresSignIn();
        inbox.MapPost("/read-all", ReadAll).WithName("markInboxRead").RequiresSignIn();
    }

    /// <summary>Your notifications, newest first.</summary>
    private static async Task<Ok<Page<InboxItemView>>> List(NotificationsDb db, bool? unread, int? limit, string? cursor, CancellationToken ct)
    {
        var size = Limit.Of(limit);
        var items = Mine(db).AsNoTracking();
        if (unread == true) items = items.Where(i => i.ReadAt == null);
        if (Cursor.TimeAndId(cursor) is var (at, last)) items = items.Where(i => i.CreatedAt < at || (i.CreatedAt == at && i.Id < last));
        var rows = await items.OrderByDescending(i => i.CreatedAt).ThenByDescending(i => i.Id).Take(size + 1).ToListAsync(ct);
        var page = Page<InboxItem>.Of(rows, size, i => [i.CreatedAt, i.Id]);
        return TypedResults.Ok(new Page<InboxItemView>([.. page.Data.Select(InboxItemView.Of)], page.Next));
    }

    /// <summary>How many of your notifications are unread.</summary>
    private static async Task<Ok<InboxCount>> Count(NotificationsDb db, CancellationToken ct) =>
        TypedResults.Ok(new InboxCount(await Mine(db).CountAsync(i => i.ReadAt == null, ct)));

    /// <summary>Mark a notification as read. Doing it again changes nothing.</summary>
    private static async Task<NoContent> Read(Guid id, NotificationsDb db, TimeProvider clock, ILiveUpdates live, CancellationToken ct)
    {
        if (!await Mine(db).AnyAsync(i => i.Id == id, ct)) throw Problem.NotFound("notification");
        var now = clock.GetUtcNow();
        await Mine(db).Where(i => i.Id == id && i.ReadAt == null).ExecuteUpdateAsync(set => set.SetProperty(i => i.ReadAt, now), ct);
        live.Changed(db.Caller.TenantId, "inbox");
        return TypedResults.NoContent();
    }

    /// <summary>Mark all your notifications as read.</summary>
    private static async Task<NoContent> ReadAll(NotificationsDb db, TimeProvider clock, ILiveUpdates live, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await Mine(db).Where(i => i.ReadAt == null).ExecuteUpdateAsync(set => set.SetProperty(i => i.ReadAt, now), ct);
        live.Changed(db.Caller.TenantId, "inbox");
        return TypedResults.NoContent();
    }

    // A service token has no user, and so no inbox.
    private static IQueryable<InboxItem> Mine(NotificationsDb db) => db.Inbox.Where(i => i.UserId == (db.Caller.UserId ?? Guid.Empty));
}

/// <summary>A notification.</summary>
public sealed record InboxItemView(Guid Id, string Title, string Body, string? Link, DateTimeOffset? ReadAt, DateTimeOffset CreatedAt, string Kind)
{
    internal static InboxItemView Of(InboxItem i) => new(i.Id, i.Title, i.Body, i.Link, i.ReadAt, i.CreatedAt, i.Kind);
}

/// <summary>How many are unread.</summary>
public sealed record InboxCount(int Unread);
