namespace Tideline.Identity;

/// <summary>
/// Everything that can be allowed, and which built-in role may do it. Services name these strings at their endpoints; a string that is not
/// in this table is in nobody's token.
/// </summary>
/// <remarks>
/// Letters: O owner, A admin, M manager, G agent, Y analyst, B member.
/// </remarks>
internal static class Permissions
{
    public static readonly IReadOnlyList<(string Name, string Roles, string Meaning)> Table =
    [
        ("members:read",        "OAMGYB", "See who is in the workspace"),
        ("members:write",       "OA",     "Invite people, change their role, remove them"),
        ("apikeys:write",       "OAM",    "Make API keys for what one may do oneself, and revoke them"),
        ("tenant:write",        "OA",     "Change the workspace's name, country, time zone and currency"),
        ("tenant:own",          "O",      "Make and unmake owners"),
        ("brands:read",         "OAMGYB", "See brands"),
        ("brands:write",        "OAM",    "Make and change brands"),
        ("leads:read",          "OAMGYB", "See leads"),
        ("leads:write",         "OAMG",   "Make and change leads"),
        ("leads:delete",        "OAM",    "Delete leads"),
        ("imports:write",       "OAM",    "Import leads from files"),
        ("customers:read",      "OAMGYB", "See customers, their consents and the suppression list"),
        ("customers:write",     "OAMG",   "Change consents and the suppression list"),
        ("assignment:read",     "OAMGY",  "See pools, rules and decisions"),
        ("assignment:write",    "OAM",    "Change pools and rules, reassign leads"),
        ("campaigns:read",      "OAMGY",  "See campaigns and their results"),
        ("campaigns:write",     "OAM",    "Make and change campaigns"),
        ("campaigns:send",      "OAM",    "Start, pause and cancel campaigns"),
        ("notifications:read",  "OAMGYB", "See message templates and the state of delivery"),
        ("notifications:write", "OAM",    "Change message templates"),
        ("messages:read",       "OAMGY",  "See messages that were sent"),
        ("sandbox:read",        "OAMGY",  "See messages that the sandbox caught"),
        ("sandbox:write",       "OAM",    "Empty the sandbox"),
        ("worker:read",         "OAMY",   "See queues and jobs"),
        ("worker:write",        "OA",     "Retry, cancel and discard jobs"),
        ("scheduler:read",      "OAMY",   "See schedules and tasks"),
        ("scheduler:write",     "OA",     "Make, change and run schedules"),
    ];

    /// <summary>
    /// What concerns the installation and with it every workspace. Not tied to a role, since anybody may open a workspace and be its owner:
    /// operators have them (see <see cref="IdentityOptions.Operators"/>).
    /// </summary>
    public static readonly IReadOnlyList<(string Name, string Meaning)> OfOperators =
    [
        ("system:read",  "See services, bus and databases of the installation"),
        ("system:write", "Replay and discard dead letters"),
    ];

    private static readonly HashSet<string> Names = [.. Table.Select(p => p.Name), .. OfOperators.Select(p => p.Name)];

    public static bool Exists(string permission) => Names.Contains(permission);

    /// <summary>Whether a role can have it: what concerns the installation belongs to operators and to no role.</summary>
    public static bool IsOfWorkspaces(string permission) => Exists(permission) && OfOperators.All(p => p.Name != permission);
}

/// <summary>The built-in roles, from most to least.</summary>
internal static class Roles
{
    public const string Owner = "owner";
    public const string Agent = "agent";

    private static readonly (string Name, char Letter)[] Letters =
        [(Owner, 'O'), ("admin", 'A'), ("manager", 'M'), (Agent, 'G'), ("analyst", 'Y'), ("member", 'B')];

    private static readonly Dictionary<string, string[]> Known = Letters.ToDictionary(
        r => r.Name,
        r => Permissions.Table.Where(p => p.Roles.Contains(r.Letter, StringComparison.Ordinal)).Select(p => p.Name).ToArray());

    public static IReadOnlyList<string> Names { get; } = [.. Letters.Select(r => r.Name)];

    public static bool Exists(string role) => Known.ContainsKey(role);

    /// <summary>Permissions of a built-in role.</summary>
    public static IReadOnlyList<string> PermissionsOf(string role) => Known.GetValueOrDefault(role) ?? [];
}
