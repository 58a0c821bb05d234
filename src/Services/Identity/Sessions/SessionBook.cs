using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Identity;
using Tideline.Identity.Accounts;
using Tideline.Identity.Tokens;
using Tideline.Platform.Api;

namespace Tideline.Identity.Sessions;

/// <summary>Opens sessions, carries them on and ends them. What it publishes and changes is stored by the caller's <c>SaveChanges</c>.</summary>
internal sealed class SessionBook(IdentityDb db, KeyEncryption encryption, TimeProvider clock)
{
    /// <summary>
    /// For this long an old token still gets the answer that it got first: tabs refresh at the same moment, and answers get lost. After it, an
    /// old token means that two have it.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private const string Prefix = "tlr_";

    /// <summary>Opens a session.</summary>
    public OpenSession Open(User user, Guid? tenantId, Client client)
    {
        var now = clock.GetUtcNow();
        var session = new Session
        {
            UserId = user.Id,
            ActiveTenantId = tenantId,
            Ip = client.Ip,
            UserAgent = client.UserAgent,
            LastIp = client.Ip,
            LastUserAgent = client.UserAgent,
            DeviceHash = client.DeviceHash,
            CreatedAt = now,
            LastSeenAt = now,
            ExpiresAt = now + Session.Life,
        };
        var secret = RandomNumberGenerator.GetBytes(32);
        db.Add(session);
        var token = Issue(session, secret, now);
        return new OpenSession(session, Prefix + Base64Url.EncodeToString(secret), token.ExpiresAt);
    }

    /// <summary>Takes a refresh token and gives its one successor.</summary>
    /// <remarks>Stores at once, in a transaction of its own that holds the session's row: parallel refreshes come one after the other.</remarks>
    public async Task<OpenSession> RefreshAsync(string token, Client client, CancellationToken ct)
    {
        var secret = Read(token) ?? throw Ended();
        var hash = SHA256.HashData(secret);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var found = await db.Sessions
            .FromSql($"select s.* from session s join refresh_token t on t.session_id = s.id where t.token_hash = {hash} for update of s")
            .ToListAsync(ct);
        if (found is not [var session]) throw Ended();
        var now = clock.GetUtcNow();
        var used = await db.RefreshTokens.AsNoTracking().SingleAsync(t => t.TokenHash == hash, ct);
        if (!session.IsLive(now) || used.ExpiresAt <= now) throw Ended();

        var next = encryption.SuccessorOf(secret);
        var expires = used.ExpiresAt;
        if (used.RotatedAt is null)
        {
            await db.RefreshTokens.Where(t => t.TokenHash == hash).ExecuteUpdateAsync(set => set.SetProperty(t => t.RotatedAt, now), ct);
            expires = Issue(session, next, now).ExpiresAt;
            session.LastSeenAt = now;
            (session.LastIp, session.LastUserAgent) = (client.Ip, client.UserAgent);
        }
        else if (now - used.RotatedAt > Grace || !client.IsNear(session.LastIp, session.LastUserAgent))
        {
            End(session, "token_reused");
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            db.RaiseOutboxSignal();
            throw Ended();
        }
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return new OpenSession(session, Prefix + Base64Url.EncodeToString(next), expires);
    }

    /// <summary>The live session of a refresh token, without using it up; held until the end of the caller's transaction.</summary>
    public async Task<Session?> FindAsync(string token, CancellationToken ct)
    {
        if (Read(token) is not { } secret) return null;
        var hash = SHA256.HashData(secret);
        return (await db.Sessions
            .FromSql($"select s.* from session s join refresh_token t on t.session_id = s.id where t.token_hash = {hash} and s.ended_at is null for update of s")
            .ToListAsync(ct)).SingleOrDefault();
    }

    /// <summary>The live session whose access tokens carry this id; held until the end of the caller's transaction.</summary>
    public async Task<Session?> FindBySidAsync(Guid sid, CancellationToken ct) =>
        (await db.Sessions.FromSql($"select * from session where token_sid = {sid} and ended_at is null for update").ToListAsync(ct)).SingleOrDefault();

    /// <summary>Ends a session, its refresh tokens and its access tokens.</summary>
    public void End(Session session, string reason)
    {
        (session.EndedAt, session.EndReason) = (clock.GetUtcNow(), reason);
        StopTokens(session);
    }

    /// <summary>A live session of this person; held until the end of the caller's transaction.</summary>
    public async Task<Session?> FindOfAsync(Guid userId, Guid id, CancellationToken ct) =>
        (await db.Sessions.FromSql($"select * from session where id = {id} and user_id = {userId} and ended_at is null for update").ToListAsync(ct)).SingleOrDefault();

    /// <summary>Ends all sessions of a person, on every device, or all but the one whose tokens carry this <c>sid</c>.</summary>
    public async Task EndAllAsync(Guid userId, string reason, CancellationToken ct, Guid? but = null)
    {
        foreach (var session in await LiveAsync(userId, ct))
            if (session.TokenSid != but) End(session, reason);
    }

    /// <summary>
    /// Makes everybody refuse the access tokens that a person holds now; the sessions live on and get new ones, with what the person may do
    /// from now on.
    /// </summary>
    public async Task StopTokensAsync(Guid userId, CancellationToken ct)
    {
        foreach (var session in await LiveAsync(userId, ct))
        {
            StopTokens(session);
            session.TokenSid = Guid.CreateVersion7();
        }
    }

    // Held, and always in one order: two workspaces may change the same person at the same moment, and each must see the other's sid.
    private Task<List<Session>> LiveAsync(Guid userId, CancellationToken ct) => db.Sessions.FromSql($"""
        select * from session where user_id = {userId} and ended_at is null and expires_at > {clock.GetUtcNow()} order by id for update
        """).ToListAsync(ct);

    private void StopTokens(Session session) => db.Publish(
        new SessionRevoked { SessionId = session.TokenSid, Until = TokenIssuer.AllEnded(clock.GetUtcNow()) }, session.ActiveTenantId);

    private RefreshToken Issue(Session session, byte[] secret, DateTimeOffset now)
    {
        var idle = now + Session.IdleLife;
        var token = new RefreshToken
        {
            TokenHash = SHA256.HashData(secret),
            SessionId = session.Id,
            CreatedAt = now,
            ExpiresAt = idle < session.ExpiresAt ? idle : session.ExpiresAt,
        };
        db.Add(token);
        return token;
    }

    private static byte[]? Read(string token)
    {
        if (token.Length != Prefix.Length + 43 || !token.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var secret = new byte[32];
        return Base64Url.DecodeFromChars(token.AsSpan(Prefix.Length), secret, out _, out var length) == OperationStatus.Done && length == 32 ? secret : null;
    }

    // One answer for unknown, expired, ended and reused: whoever holds a wrong token learns nothing of it.
    private static Problem Ended() => new(StatusCodes.Status401Unauthorized, "session_ended", "The session has ended.", "Sign in again.");
}

/// <summary>A session with the refresh token that carries it on.</summary>
internal sealed record OpenSession(Session Session, string RefreshToken, DateTimeOffset RefreshUntil);
