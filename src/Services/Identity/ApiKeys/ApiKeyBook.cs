using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Identity;
using Tideline.Identity.Members;
using Tideline.Identity.Sessions;
using Tideline.Platform.Api;
using Tideline.Platform.Security;
using ApiKeyNames = Tideline.Platform.Security.ApiKeys;

namespace Tideline.Identity.ApiKeys;

/// <summary>Makes keys for programs, says what they may do, and takes them back.</summary>
internal sealed class ApiKeyBook(IdentityDb db, Caller caller, SessionAnswers answers, TimeProvider clock)
{
    private const int MaxOfOne = 50;
    private static readonly TimeSpan Life = TimeSpan.FromDays(365);
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(2 * 366);
    private static readonly TimeSpan SeenAgain = TimeSpan.FromMinutes(1);

    /// <summary>A new key of the caller's, for what the caller may do themselves or a part of it. In the scope of the tenant.</summary>
    /// <returns>The key, and its secret, which nobody can show again.</returns>
    public async Task<(ApiKey Key, string Secret)> MakeAsync(string name, IReadOnlyList<string> permissions, DateTimeOffset? expiresAt, CancellationToken ct)
    {
        // A key that makes keys would outlive its own end.
        if (caller.ApiKeyId is not null) throw new Problem(StatusCodes.Status403Forbidden, "key_not_allowed", "An API key cannot make keys.", "Sign in and make it there.");
        var now = clock.GetUtcNow();
        name = name.Trim();
        if (name.Length is 0 or > 100) throw Problem.Invalid("name", "Must have 1 to 100 characters.");
        var wanted = permissions.Distinct(StringComparer.Ordinal).ToArray();
        if (wanted.Length == 0) throw Problem.Invalid("permissions", "Must name at least one permission.");
        if (wanted.FirstOrDefault(p => !Identity.Permissions.Exists(p)) is { } unknown) throw Problem.Invalid("permissions", $"There is no permission '{unknown}'.");
        var ends = expiresAt ?? now + Life;
        if (ends <= now || ends > now + LongestLife) throw Problem.Invalid("expiresAt", "Must be in the future, and within two years.");

        var userId = caller.UserId!.Value;
        var mine = await OfMemberAsync(userId, ct);
        if (wanted.FirstOrDefault(p => !mine.Contains(p)) is { } above)
            throw new Problem(StatusCodes.Status403Forbidden, "permission_above_own", $"You do not have the permission {above} yourself.");
        if (await db.ApiKeys.CountAsync(k => k.UserId == userId && k.RevokedAt == null && k.ExpiresAt > now, ct) >= MaxOfOne)
            throw Problem.Conflict("too_many_keys", $"You may have {MaxOfOne} keys.", "Revoke one that you do not need.");

        var secret = ApiKeyNames.Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var key = new ApiKey
        {
            TenantId = caller.TenantId,
            UserId = userId,
            Name = name,
            Prefix = secret[..(ApiKeyNames.Prefix.Length + 4)],
            KeyHash = SHA256.HashData(Encoding.ASCII.GetBytes(secret)),
            Permissions = wanted,
            CreatedAt = now,
            ExpiresAt = ends,
        };
        db.Add(key);
        await db.SaveChangesAsync(ct);
        return (key, secret);
    }

    /// <summary>Keys that work: one's own, and everybody's for those who look after the members.</summary>
    public IQueryable<ApiKey> Visible()
    {
        var (userId, all, now) = (caller.UserId, caller.Can("members:write"), clock.GetUtcNow());
        return db.ApiKeys.Where(k => k.RevokedAt == null && k.ExpiresAt > now && (all || k.UserId == userId));
    }

    /// <summary>Takes a key back. Processes that know it hear of it at once, the others ask and find nothing.</summary>
    public async Task RevokeAsync(Guid id, CancellationToken ct)
    {
        var key = await Visible().SingleOrDefaultAsync(k => k.Id == id, ct) ?? throw Problem.NotFound("API key");
        key.RevokedAt = clock.GetUtcNow();
        db.Publish(new SessionRevoked { SessionId = key.Id, Until = clock.GetUtcNow() + ApiKeyNames.Fresh + ApiKeyNames.Fresh });
        await db.SaveChangesAsync(ct);
    }

    /// <summary>Whose key it is and what it may do now: never more than its owner. In the system scope.</summary>
    public async Task<ApiKeyHolder?> FindAsync(byte[] hash, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var found = await (
            from k in db.OfAllTenants<ApiKey>().AsNoTracking()
            join m in db.OfAllTenants<Membership>() on new { k.TenantId, k.UserId } equals new { m.TenantId, m.UserId }
            join u in db.Users on k.UserId equals u.Id
            where k.KeyHash == hash && k.RevokedAt == null && k.ExpiresAt > now && m.LeftAt == null
            select new { Key = k, User = u, m.Role }).SingleOrDefaultAsync(ct);
        if (found is null) return null;
        if (found.Key.LastUsedAt is null || found.Key.LastUsedAt < now - SeenAgain)
            await db.OfAllTenants<ApiKey>().Where(k => k.KeyHash == hash).ExecuteUpdateAsync(set => set.SetProperty(k => k.LastUsedAt, now), ct);
        var may = await answers.PermissionsOfAsync(found.User, found.Key.TenantId, found.Role, ct);
        return new ApiKeyHolder(
            found.Key.Id, found.Key.UserId, found.Key.TenantId, found.Role, [.. found.Key.Permissions.Where(may.Contains)], found.Key.ExpiresAt);
    }

    // As it is now, not as the caller's token still says.
    private async Task<IReadOnlyList<string>> OfMemberAsync(Guid userId, CancellationToken ct)
    {
        var role = await db.Memberships.Where(m => m.UserId == userId && m.LeftAt == null).Select(m => m.Role).SingleOrDefaultAsync(ct)
            ?? throw new Problem(StatusCodes.Status403Forbidden, "forbidden", "You are no longer a member of this workspace.");
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, ct);
        return await answers.PermissionsOfAsync(user, caller.TenantId, role, ct);
    }
}
