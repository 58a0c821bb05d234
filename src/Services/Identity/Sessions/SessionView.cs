using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Tideline.Identity.Accounts;
using Tideline.Identity.CustomRoles;
using Tideline.Identity.Members;
using Tideline.Identity.Tenants;
using Tideline.Identity.Tokens;

namespace Tideline.Identity.Sessions;

/// <summary>A signed-in person: the access token, and what it allows where.</summary>
/// <param name="AccessToken">Sent as <c>Authorization: Bearer</c>.</param>
/// <param name="ExpiresIn">Seconds.</param>
/// <param name="RefreshToken">Only where a new one is given out, and never to the console: it gets a cookie instead.</param>
/// <param name="User">Who.</param>
/// <param name="Tenant">The workspace that the token opens; absent when the person is a member of none.</param>
/// <param name="Role">Role there.</param>
/// <param name="Permissions">What the role allows.</param>
public sealed record SessionView(
    string AccessToken, int ExpiresIn, string? RefreshToken, UserView User, TenantView? Tenant, string? Role, IReadOnlyList<string> Permissions);

/// <summary>A person.</summary>
/// <param name="EmailVerified">Whether the address is known to be theirs.</param>
public sealed record UserView(Guid Id, string Email, string Name, bool EmailVerified)
{
    internal static UserView Of(User user) => new(user.Id, user.Email, user.Name, user.EmailVerifiedAt is not null);
}

/// <summary>Answers with a session: finds out where the person may work and what they may do there. Works in the system scope.</summary>
internal sealed class SessionAnswers(IdentityDb db, TokenIssuer tokens, IOptions<IdentityOptions> options, TimeProvider clock)
{
    private readonly HashSet<string> _operators = [.. options.Value.Operators.ToLowerInvariant().Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>A new access token; the refresh token goes into the body or the cookie, as the client needs it.</summary>
    public async Task<SessionView> OfAsync(OpenSession open, User user, Client client, HttpContext context, CancellationToken ct)
    {
        var answer = await OfAsync(open.Session, user, ct);
        if (!client.IsConsole) return answer with { RefreshToken = open.RefreshToken };
        Client.SetRefreshToken(context, open.RefreshToken, clock.GetUtcNow(), open.RefreshUntil);
        return answer;
    }

    /// <summary>A new access token; the refresh token stays as it is.</summary>
    public async Task<SessionView> OfAsync(Session session, User user, CancellationToken ct)
    {
        var (tenant, role) = await PlaceAsync(user.Id, session.ActiveTenantId, ct);
        if (session.ActiveTenantId != tenant?.TenantId || user.LastTenantId != tenant?.TenantId)
        {
            session.ActiveTenantId = user.LastTenantId = tenant?.TenantId;
            await db.SaveChangesAsync(ct);
        }
        var permissions = await PermissionsOfAsync(user, tenant?.TenantId, role, ct);
        var token = await tokens.ForUserAsync(user.Id, session.TokenSid, tenant?.TenantId, role, permissions, ct);
        return new SessionView(
            token, (int)TokenIssuer.Life.TotalSeconds, null, UserView.Of(user), tenant is null ? null : TenantView.Of(tenant), role, permissions);
    }

    /// <summary>What a person may do with this role of a workspace; operators see the installation as well.</summary>
    public async Task<IReadOnlyList<string>> PermissionsOfAsync(User user, Guid? tenantId, string? role, CancellationToken ct)
    {
        if (role is null) return [];
        // A role that is no longer known may do nothing.
        var may = Roles.Exists(role)
            ? Roles.PermissionsOf(role)
            : await db.OfAllTenants<CustomRole>().Where(r => r.TenantId == tenantId && r.Name == role).Select(r => r.Permissions).SingleOrDefaultAsync(ct) ?? [];
        var isOperator = user.IsOperator || _operators.Contains(user.EmailKey) || (role == Roles.Owner && _operators.Contains("*"));
        return isOperator ? [.. may, .. Permissions.OfOperators.Select(p => p.Name)] : may;
    }

    // The workspace asked for, or the oldest of the person's own when they are no longer in that one.
    private async Task<(Tenant? Tenant, string? Role)> PlaceAsync(Guid userId, Guid? wanted, CancellationToken ct)
    {
        var place = await (
            from m in db.OfAllTenants<Membership>()
            join t in db.OfAllTenants<Tenant>() on m.TenantId equals t.TenantId
            where m.UserId == userId && m.LeftAt == null
            orderby m.TenantId == wanted descending, m.JoinedAt
            select new { Tenant = t, m.Role }).FirstOrDefaultAsync(ct);
        return (place?.Tenant, place?.Role);
    }
}
