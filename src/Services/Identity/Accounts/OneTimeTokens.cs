using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Api;

namespace Tideline.Identity.Accounts;

/// <summary>
/// Gives out and takes tokens of links in e-mails. The newest of a kind is the only one that works. Works in the system scope and in the
/// transaction of the caller; whoever holds a person's row comes first, so that a token is never taken twice.
/// </summary>
internal sealed class OneTimeTokens(IdentityDb db, TimeProvider clock)
{
    /// <summary>So many of a kind for a person: enough for every mistake, too few to fill a mailbox.</summary>
    private const int MaxAnHour = 5;
    private const string Prefix = "tlo_";

    /// <summary>A new token, which takes the place of the one before it; null when there were too many within the hour.</summary>
    public async Task<string?> IssueAsync(User user, TokenPurpose purpose, string? email, CancellationToken ct)
    {
        await LockAsync(user.Id, ct);
        var now = clock.GetUtcNow();
        var mine = db.OneTimeTokens.Where(t => t.UserId == user.Id && t.Purpose == purpose.Name);
        if (await mine.CountAsync(t => t.CreatedAt > now - TimeSpan.FromHours(1), ct) >= MaxAnHour) return null;
        await mine.Where(t => t.EndedAt == null).ExecuteUpdateAsync(set => set.SetProperty(t => t.EndedAt, now), ct);
        return Add(user, purpose, email);
    }

    /// <summary>The first token of an account that is just being made.</summary>
    public string Add(User user, TokenPurpose purpose, string? email)
    {
        var now = clock.GetUtcNow();
        var token = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        db.Add(new OneTimeToken
        {
            TokenHash = Hash(token),
            UserId = user.Id,
            Purpose = purpose.Name,
            Email = email,
            CreatedAt = now,
            ExpiresAt = now + purpose.Life,
        });
        return token;
    }

    /// <summary>Whose token it is; their row is held, and the token is used up by the caller's <c>SaveChanges</c>.</summary>
    /// <exception cref="Problem">404 <c>link_ended</c>.</exception>
    public async Task<(User User, OneTimeToken Token)> TakeAsync(string token, TokenPurpose purpose, CancellationToken ct)
    {
        var hash = Hash(token);
        var owner = await db.OneTimeTokens.Where(t => t.TokenHash == hash).Select(t => (Guid?)t.UserId).SingleOrDefaultAsync(ct) ?? throw Ended();
        var user = await LockAsync(owner, ct);
        var found = await db.OneTimeTokens.SingleOrDefaultAsync(t => t.TokenHash == hash, ct);
        var now = clock.GetUtcNow();
        if (found is null || found.Purpose != purpose.Name || found.EndedAt is not null || found.ExpiresAt <= now) throw Ended();
        found.EndedAt = now;
        return (user, found);
    }

    /// <summary>What was mailed before is good for nothing any more.</summary>
    public Task EndAllAsync(Guid userId, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return db.OneTimeTokens.Where(t => t.UserId == userId && t.EndedAt == null).ExecuteUpdateAsync(set => set.SetProperty(t => t.EndedAt, now), ct);
    }

    private async Task<User> LockAsync(Guid userId, CancellationToken ct) =>
        (await db.Users.FromSql($"select * from user_account where id = {userId} for update").ToListAsync(ct)).Single();

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    // The same for unknown, used, replaced and expired: a guess learns nothing.
    private static Problem Ended() => new(StatusCodes.Status404NotFound, "link_ended", "This link is not valid any more.", "Ask for a new one.");
}
