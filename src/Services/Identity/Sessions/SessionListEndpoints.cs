using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Identity.Sessions;

/// <summary>Where somebody is signed in, and how they end it there.</summary>
internal static class SessionListEndpoints
{
    public static void MapSessionList(this RouteGroupBuilder api)
    {
        var sessions = api.MapGroup("/sessions").WithTags("Sessions");
        sessions.MapGet("/", List).WithName("listSessions").RequiresSignIn();
        sessions.MapDelete("/{id:guid}", Revoke).WithName("revokeSession").RequiresSignIn();
        sessions.MapPost("/revoke-others", RevokeOthers).WithName("revokeOtherSessions").RequiresSignIn();
    }

    /// <summary>Where I am signed in, last used first.</summary>
    private static async Task<Ok<Page<SessionPlaceView>>> List(Caller caller, IdentityDb db, TimeProvider clock, int? limit, string? cursor, CancellationToken ct)
    {
        var (userId, sid, now) = (caller.UserId!.Value, caller.SessionId, clock.GetUtcNow());
        var size = Limit.Of(limit);
        caller.UseSystem(); // a session belongs to a person, not to a workspace
        var live = db.Sessions.AsNoTracking().Where(s => s.UserId == userId && s.EndedAt == null && s.ExpiresAt > now);
        if (Cursor.TimeAndId(cursor) is var (at, last)) live = live.Where(s => s.LastSeenAt < at || (s.LastSeenAt == at && s.Id < last));
        var rows = await live.OrderByDescending(s => s.LastSeenAt).ThenByDescending(s => s.Id).Take(size + 1)
            .Select(s => new SessionPlaceView(s.Id, s.LastUserAgent, s.LastIp, s.CreatedAt, s.LastSeenAt, s.TokenSid == sid)).ToListAsync(ct);
        return TypedResults.Ok(Page<SessionPlaceView>.Of(rows, size, s => [s.LastSeenAt, s.Id]));
    }

    /// <summary>End one of my sessions; its tokens stop working everywhere.</summary>
    private static async Task<NoContent> Revoke(Guid id, Caller caller, IdentityDb db, SessionBook sessions, CancellationToken ct)
    {
        var userId = caller.UserId!.Value;
        caller.UseSystem();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await sessions.FindOfAsync(userId, id, ct) is not { } session) throw Problem.NotFound("session");
        sessions.End(session, "revoked");
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
        return TypedResults.NoContent();
    }

    /// <summary>End all my sessions but this one.</summary>
    private static async Task<NoContent> RevokeOthers(Caller caller, IdentityDb db, SessionBook sessions, CancellationToken ct)
    {
        var (userId, sid) = (caller.UserId!.Value, caller.SessionId);
        caller.UseSystem();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await sessions.EndAllAsync(userId, "revoked", ct, but: sid);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
        return TypedResults.NoContent();
    }
}

/// <summary>A place where somebody is signed in.</summary>
/// <param name="UserAgent">What the browser or program called itself at its last refresh.</param>
/// <param name="Ip">Where that came from.</param>
/// <param name="IsCurrent">The session with which this was asked.</param>
public sealed record SessionPlaceView(Guid Id, string UserAgent, string Ip, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, bool IsCurrent);
