namespace Tideline.Platform.Data;

/// <summary>Connection strings of the databases that this process uses. Filled by the host before anything starts.</summary>
public sealed class DatabaseDirectory
{
    private readonly Dictionary<string, DatabaseConnections> _known = new(StringComparer.Ordinal);

    /// <summary>Upper bound of each service's pool in this process, derived from the server's <c>max_connections</c>.</summary>
    public int PoolSize { get; set; } = 20;

    /// <summary>Adds or replaces the connections of a service.</summary>
    public void Set(string service, DatabaseConnections connections) => _known[service] = connections;

    /// <summary>The connections of a service.</summary>
    public DatabaseConnections For(string service) => _known.TryGetValue(service, out var found)
        ? found
        : throw new InvalidOperationException(
            $"No database is configured for the service '{service}'. Set Services:{service}:Database and Services:{service}:OwnerDatabase.");

    /// <summary>Names of the services whose database is known.</summary>
    public IReadOnlyCollection<string> Services => _known.Keys;
}
