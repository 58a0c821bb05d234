namespace Tideline.Platform.EmbeddedPostgres;

/// <summary>Where a private PostgreSQL keeps its data and how it runs.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>Folder for the cluster, its password, port and log. Made when absent; kept between runs.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Server settings (as in postgresql.conf) on top of the built-in ones, for example <c>max_connections</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Folder with <c>postgres</c>, <c>initdb</c> and <c>pg_ctl</c>. Null: look for them.</summary>
    public string? BinFolder { get; init; }

    /// <summary>Port on 127.0.0.1. Null or 0: a free one, the same as last time where it is still free.</summary>
    public int? Port { get; init; }

    /// <summary>Gives up safety against power loss for speed, and outlives a killed process by moments only.</summary>
    public bool ForTests { get; init; }

    /// <summary>How long a server whose owner was killed waits to be adopted before it is stopped.</summary>
    internal TimeSpan? OrphanGrace { get; init; }
}
