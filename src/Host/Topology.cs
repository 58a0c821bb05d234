using Tideline.Platform.Hosting;

namespace Tideline.Host;

/// <summary>What this process is: the gateway, some services, or all of it. Decided once, here; no service can ask.</summary>
internal sealed class Topology
{
    public const string GatewayTarget = "gateway";
    public const string AllTarget = "all";

    private Topology(bool gateway, IReadOnlyList<IService> local, IReadOnlyList<IService> remote)
    {
        (IsGateway, Local, Remote) = (gateway, local, remote);
    }

    /// <summary>Serves the public door: console, forwarding, live updates.</summary>
    public bool IsGateway { get; }

    /// <summary>Services hosted in this process.</summary>
    public IReadOnlyList<IService> Local { get; }

    /// <summary>Services reached by address.</summary>
    public IReadOnlyList<IService> Remote { get; }

    public static IEnumerable<string> Targets(IReadOnlyList<IService> catalog) => [AllTarget, GatewayTarget, .. catalog.Select(s => s.Name)];

    /// <summary>Reads <c>--target a,b</c>.</summary>
    /// <exception cref="UsageException">A name that is no target.</exception>
    public static Topology Parse(string targets, IReadOnlyList<IService> catalog)
    {
        var names = targets.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        var unknown = names.Except(Targets(catalog)).ToList();
        if (unknown.Count > 0 || names.Count == 0)
            throw new UsageException($"Unknown target: {string.Join(", ", unknown)}. Known targets: {string.Join(", ", Targets(catalog))}.");
        var all = names.Contains(AllTarget);
        return new Topology(
            all || names.Contains(GatewayTarget),
            [.. catalog.Where(s => all || names.Contains(s.Name))],
            [.. catalog.Where(s => !all && !names.Contains(s.Name))]);
    }
}

/// <summary>The command line or the configuration cannot be followed; the message says what to change.</summary>
internal sealed class UsageException(string message) : Exception(message);
