namespace Tideline.Host;

/// <summary>What the command line says; the rest is configuration.</summary>
internal sealed record TidelineOptions
{
    /// <summary>Comma-separated targets.</summary>
    public string Target { get; init; } = Topology.AllTarget;

    /// <summary>Where the process listens.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:8080";

    /// <summary>Folder of the embedded database and of the secrets.</summary>
    public string DataFolder { get; init; } = "data";

    /// <summary>Make the demo workspace.</summary>
    public bool Demo { get; init; }

    /// <summary>Put in front of the names of databases and roles, for several installations in one cluster.</summary>
    public string DatabasePrefix { get; init; } = "tideline";

    /// <summary>Further configuration; wins over files and environment. For tests and for <c>--set</c>.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();
}
