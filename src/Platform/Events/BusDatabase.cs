using Npgsql;
using Tideline.Platform.Data;

namespace Tideline.Platform.Events;

/// <summary>The database of the bus and of the live hints. All work there is over all tenants.</summary>
internal sealed class BusDatabase : IAsyncDisposable
{
    /// <summary>Its name in the <see cref="DatabaseDirectory"/>.</summary>
    public const string Name = "bus";

    private readonly ServiceDatabase _database;
    private readonly string _connectionString;

    public BusDatabase(DatabaseDirectory directory)
    {
        _connectionString = directory.For(Name).Application;
        _database = new ServiceDatabase(Name, _connectionString, directory.PoolSize);
    }

    /// <summary>Its schema.</summary>
    public static MigrationSource Migrations { get; } = new(typeof(BusDatabase).Assembly, "Tideline.Platform.Events.");

    public Task<ServiceTransaction> BeginAsync(CancellationToken ct) => _database.BeginSystemAsync(ct);

    /// <summary>Commands that run as one transaction in one round trip.</summary>
    public TenantBatch CreateBatch() => _database.CreateSystemBatch();

    /// <summary>A connection outside the pool, for LISTEN: it is held as long as the process lives.</summary>
    public async Task<NpgsqlConnection> OpenListenerAsync(CancellationToken ct)
    {
        // The keep-alive finds out that a connection is half open; without it a listener would wait for ever.
        var settings = new NpgsqlConnectionStringBuilder(_connectionString) { Pooling = false, KeepAlive = 5, Timeout = 5, ApplicationName = "tideline-listen" };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
