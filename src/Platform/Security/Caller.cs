namespace Tideline.Platform.Security;

/// <summary>On whose behalf this scope works: taken from the token of a request, the envelope of an event or the row of a job; never from a body.</summary>
public sealed class Caller
{
    private Guid? _tenantId;
    private HashSet<string> _permissions = [];

    /// <summary>The tenant of this scope.</summary>
    /// <exception cref="InvalidOperationException">The scope has none: the code asks for tenant data where there can be no tenant.</exception>
    public Guid TenantId => _tenantId ?? throw new InvalidOperationException("There is no tenant in this scope.");

    /// <summary>The tenant, or none: anonymous requests and the system scope.</summary>
    public Guid? TenantIdOrNull => _tenantId;

    /// <summary>The signed-in user; absent when a service, a job or a handler is at work.</summary>
    public Guid? UserId { get; private set; }

    /// <summary>The API key with which the user's program came; absent when it is the user.</summary>
    public Guid? ApiKeyId { get; private set; }

    /// <summary>The user's session; absent with an API key.</summary>
    public Guid? SessionId { get; private set; }

    /// <summary>Role of the user in the tenant.</summary>
    public string? Role { get; private set; }

    /// <summary>The calling service, when the request came with a service token.</summary>
    public string? Service { get; private set; }

    /// <summary>True inside <see cref="UseSystem"/>: row-level security shows all tenants.</summary>
    public bool IsSystem { get; private set; }

    /// <summary>Whether the caller may do what the permission names.</summary>
    public bool Can(string permission) => _permissions.Contains(permission);

    /// <summary>The caller is a user of a tenant.</summary>
    public void UseUser(Guid userId, Guid? tenantId, Guid sessionId, string role, IEnumerable<string> permissions)
    {
        (UserId, _tenantId, SessionId, Role, _permissions) = (userId, tenantId, sessionId, role, [.. permissions]);
        (Service, IsSystem, ApiKeyId) = (null, false, null);
    }

    /// <summary>The caller is a program of a user's, with the permissions of its key.</summary>
    public void UseKey(ApiKeyHolder holder)
    {
        (UserId, _tenantId, SessionId, Role, _permissions) = (holder.UserId, holder.TenantId, null, holder.Role, [.. holder.Permissions]);
        (Service, IsSystem, ApiKeyId) = (null, false, holder.KeyId);
    }

    /// <summary>The caller is another service, at work for a tenant or for none.</summary>
    public void UseService(string service, Guid? tenantId)
    {
        (Service, _tenantId) = (service, tenantId);
        (UserId, SessionId, Role, _permissions, IsSystem, ApiKeyId) = (null, null, null, [], false, null);
    }

    /// <summary>Work for one tenant without a user: event handlers, jobs, public links.</summary>
    public void UseTenant(Guid tenantId)
    {
        _tenantId = tenantId;
        (UserId, SessionId, Role, _permissions, IsSystem, Service, ApiKeyId) = (null, null, null, [], false, null, null);
    }

    /// <summary>Work over all tenants. Row-level security opens; the query filter must be named and ignored as well.</summary>
    public void UseSystem()
    {
        _tenantId = null;
        (UserId, SessionId, Role, _permissions, IsSystem, Service, ApiKeyId) = (null, null, null, [], true, null, null);
    }
}
