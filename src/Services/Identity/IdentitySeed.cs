using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Identity.Accounts;
using Tideline.Identity.Members;
using Tideline.Identity.Sessions;
using Tideline.Platform.Clients;
using Tideline.Platform.Security;

namespace Tideline.Identity;

/// <summary>The demo workspace: an owner and four agents, made the way that people make theirs.</summary>
public static class IdentitySeed
{
    /// <summary>Address of the demo's owner.</summary>
    public const string OwnerEmail = "demo@tideline.example";

    private static readonly (string Email, string Name)[] Agents =
    [
        ("ada@tideline.example", "Ada Lindqvist"), ("ben@tideline.example", "Ben Okafor"),
        ("cleo@tideline.example", "Cleo Martin"), ("dan@tideline.example", "Dan Sørensen"),
    ];

    /// <summary>Makes what is missing of the demo workspace; everybody in it has the given password.</summary>
    public static async Task<DemoWorkspace> EnsureAsync(IServiceProvider services, string password, CancellationToken ct)
    {
        ServiceFlow.Enter("identity", null);
        var (tenantId, ownerId) = await EnsureOwnerAsync(services, password, ct);
        var agents = new List<Guid>();
        foreach (var (email, name) in Agents) agents.Add(await EnsureAgentAsync(services, tenantId, ownerId, email, name, password, ct));
        return new DemoWorkspace(tenantId, ownerId, agents);
    }

    private static async Task<(Guid TenantId, Guid OwnerId)> EnsureOwnerAsync(IServiceProvider services, string password, CancellationToken ct)
    {
        await using var scope = System(services);
        var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
        var known = await (
            from u in db.Users
            join m in db.OfAllTenants<Membership>() on u.Id equals m.UserId
            where u.EmailKey == OwnerEmail && m.Role == Roles.Owner && m.LeftAt == null
            orderby m.JoinedAt
            select new { u.Id, m.TenantId }).FirstOrDefaultAsync(ct);
        if (known is not null) return (known.TenantId, known.Id);
        var wanted = new NewAccount(OwnerEmail, password, "Nora Field", "Northwind Outfitters", "US", "America/New_York", "USD");
        var (user, session) = await scope.ServiceProvider.GetRequiredService<Registration>().RegisterAsync(wanted, Nobody, ct);
        return (session.Session.ActiveTenantId!.Value, user.Id);
    }

    private static async Task<Guid> EnsureAgentAsync(
        IServiceProvider services, Guid tenantId, Guid ownerId, string email, string name, string password, CancellationToken ct)
    {
        string token;
        await using (var scope = services.CreateAsyncScope())
        {
            scope.ServiceProvider.GetRequiredService<Caller>().UseTenant(tenantId);
            var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
            var known = await db.Users.Where(u => u.EmailKey == email && db.Memberships.Any(m => m.UserId == u.Id)).Select(u => (Guid?)u.Id).SingleOrDefaultAsync(ct);
            if (known is { } id) return id;
            (_, token) = await scope.ServiceProvider.GetRequiredService<InvitationBook>().InviteAsync(email, Roles.Agent, ownerId, ct);
        }
        await using var anybody = System(services);
        var (user, _) = await anybody.ServiceProvider.GetRequiredService<InvitationBook>().AcceptAsync(token, name, password, null, Nobody, ct);
        return user.Id;
    }

    private static Client Nobody { get; } = new("127.0.0.1", "tideline demo", null, false);

    private static AsyncServiceScope System(IServiceProvider services)
    {
        var scope = services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Caller>().UseSystem();
        return scope;
    }
}

/// <summary>Ids of the demo workspace.</summary>
public sealed record DemoWorkspace(Guid TenantId, Guid OwnerId, IReadOnlyList<Guid> AgentIds);
