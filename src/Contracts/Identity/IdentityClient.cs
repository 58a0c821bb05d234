namespace Tideline.Contracts.Identity;

/// <summary>What other services ask identity: who the people and the workspace of the current tenant are.</summary>
public sealed class IdentityClient(HttpClient http)
{
    /// <summary>Most ids that one request carries; longer lists are asked for in parts.</summary>
    public const int MaxIds = 100;

    /// <summary>Names and addresses of people who are or were members of the tenant; ids that mean nobody there are left out.</summary>
    public async Task<IReadOnlyList<UserSummary>> UsersAsync(IEnumerable<Guid> ids, CancellationToken ct)
    {
        var users = new List<UserSummary>();
        foreach (var part in ids.Distinct().Chunk(MaxIds))
            users.AddRange(await http.GetOrNullAsync<List<UserSummary>>("/internal/identity/users?ids=" + string.Join(',', part), ct) ?? []);
        return users;
    }

    /// <summary>The people who are members of the tenant now.</summary>
    public async Task<IReadOnlyList<UserSummary>> MembersAsync(CancellationToken ct) =>
        await http.GetOrNullAsync<List<UserSummary>>("/internal/identity/members", ct) ?? [];

    /// <summary>The tenant itself; null when there is none.</summary>
    public Task<TenantSummary?> TenantAsync(CancellationToken ct) => http.GetOrNullAsync<TenantSummary>("/internal/identity/tenant", ct);
}

/// <summary>A person as other services may know them.</summary>
/// <param name="IsActive">False when the person has left the tenant.</param>
public sealed record UserSummary(Guid Id, string Email, string Name, string Role, bool IsActive);

/// <summary>A workspace.</summary>
public sealed record TenantSummary(Guid Id, string Name, string Country, string TimeZone, string Currency);
