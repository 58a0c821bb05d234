using Npgsql;
using Tideline.Platform.Data;
using Tideline.Platform.EmbeddedPostgres;

namespace Tideline.Host;

/// <summary>
/// Decides where the databases are. Given connection strings for the services: those. Given <c>Database:Admin</c>: a database and roles for each
/// service are made there. Given neither: an embedded PostgreSQL in the data folder, and the same.
/// </summary>
internal sealed class DataSetup : IAsyncDisposable
{
    /// <summary>Database of the bus and of the live hints; every process uses it.</summary>
    public const string Bus = "bus";

    public DatabaseDirectory Databases { get; } = new();

    /// <summary>Configuration that was made up here: secrets of the services and keys of an installation on one machine.</summary>
    public Dictionary<string, string?> Made { get; } = new(StringComparer.Ordinal);

    public EmbeddedPostgres? Embedded { get; private set; }

    /// <summary>Max connections of the server behind <c>Database:Admin</c> or of the embedded one; 0 when unknown.</summary>
    public int MaxConnections { get; private set; }

    public static async Task<DataSetup> PrepareAsync(
        TidelineOptions options, Topology topology, IConfiguration configuration, ILogger log, CancellationToken ct)
    {
        var setup = new DataSetup();
        string[] own = [.. topology.Local.Select(s => s.Name), Bus];
        var given = own.Where(name => configuration[$"Services:{name}:Database"] is { Length: > 0 }).ToList();
        if (given.Count > 0)
        {
            setup.UseGiven(own, configuration);
            return setup;
        }
        string[] everybody = [.. topology.Local.Concat(topology.Remote).Select(s => s.Name), Bus];
        try
        {
            var admin = configuration["Database:Admin"] ?? await setup.StartEmbeddedAsync(options, log, ct);
            // One connection asks once; the pools of all services must fit into what the server allows.
            setup.MaxConnections = await MaxConnectionsAsync(admin, ct);
            setup.Databases.PoolSize = Math.Clamp((setup.MaxConnections - 40) / everybody.Length / (topology.Remote.Count > 0 ? 2 : 1), 4, 30);
            using var secrets = await SecretsFile.OpenAsync(options.DataFolder, ct);
            foreach (var name in everybody) _ = (secrets[name + ":owner"], secrets[name + ":app"], secrets[name + ":service"]);
            foreach (var name in everybody) setup.Made[$"Services:{name}:Secret"] = secrets[name + ":service"];
            setup.Made["Services:identity:KeyEncryptionSecret"] = secrets["identity:key-encryption"];
            setup.Made["Services:notifications:TrackingSecret"] = secrets["notifications:tracking"];
            secrets.Save();
            var prefix = configuration["Database:Prefix"] ?? options.DatabasePrefix;
            var prepared = await Task.WhenAll(own.Select(async name => (name, connections: await Provisioner.EnsureAsync(
                admin, prefix, name, secrets[name + ":owner"], secrets[name + ":app"], ct))));
            foreach (var (name, connections) in prepared) setup.Databases.Set(name, connections);
            return setup;
        }
        catch
        {
            await setup.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Embedded is not null) await Embedded.DisposeAsync();
    }

    private async Task<string> StartEmbeddedAsync(TidelineOptions options, ILogger log, CancellationToken ct)
    {
        Embedded = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataFolder = Path.Combine(options.DataFolder, "postgres") }, log, ct);
        return Embedded.AdminConnectionString;
    }

    private void UseGiven(string[] own, IConfiguration configuration)
    {
        var missing = new List<string>();
        foreach (var name in own)
        {
            string? application = configuration[$"Services:{name}:Database"], owner = configuration[$"Services:{name}:OwnerDatabase"];
            if (string.IsNullOrEmpty(application)) missing.Add($"Services:{name}:Database");
            if (string.IsNullOrEmpty(owner)) missing.Add($"Services:{name}:OwnerDatabase");
            if (name != Bus && string.IsNullOrEmpty(configuration[$"Services:{name}:Secret"])) missing.Add($"Services:{name}:Secret");
            if (application is not null && owner is not null) Databases.Set(name, new DatabaseConnections(application, owner));
        }
        if (own.Contains("identity") && string.IsNullOrEmpty(configuration["Services:identity:KeyEncryptionSecret"])) missing.Add("Services:identity:KeyEncryptionSecret");
        if (own.Contains("notifications") && string.IsNullOrEmpty(configuration["Services:notifications:TrackingSecret"])) missing.Add("Services:notifications:TrackingSecret");
        if (missing.Count > 0)
            throw new UsageException("With external databases every connection and secret must be configured. Missing: " + string.Join(", ", missing));
        if (int.TryParse(configuration["Database:PoolSize"], out var size)) Databases.PoolSize = size;
    }

    private static async Task<int> MaxConnectionsAsync(string admin, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(admin) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand("select current_setting('max_connections')::int", connection);
        return (int)(await command.ExecuteScalarAsync(ct))!;
    }
}
