using System.Diagnostics;
using Npgsql;

namespace Tideline.Platform.Data;

/// <summary>
/// One service's PostgreSQL database, for work that plain SQL does best: batches, COPY, claims. Endpoints use the service's
/// <see cref="ServiceDb"/>; engines use this.
/// </summary>
public class ServiceDatabase : IAsyncDisposable
{
    internal ServiceDatabase(string service, string connectionString, int poolSize)
    {
        Service = service;
        var builder = new NpgsqlDataSourceBuilder(connectionString) { Name = service };
        var settings = builder.ConnectionStringBuilder;
        settings.MaxPoolSize = poolSize;
        settings.MinPoolSize = 0;
        settings.ConnectionIdleLifetime = 60;
        settings.ApplicationName = "tideline-" + service;
        // Statements that come again are planned once per connection.
        settings.MaxAutoPrepare = 100;
        settings.AutoPrepareMinUsages = 2;
        // Whatever a borrower sets is local to its transaction (a test of the sources sees to it), so there is nothing to reset between two.
        settings.NoResetOnClose = true;
        settings.Timeout = 5;
        settings.CommandTimeout = 60;
        settings.IncludeErrorDetail = false;
        // A process that is frozen in a transaction would hold its locks, and with them whoever works in its place, for as long as it is frozen.
        if (string.IsNullOrEmpty(settings.Options)) settings.Options = "-c idle_in_transaction_session_timeout=60s";
        // Loops that ask all day whether there is work belong to no trace; each would be a trace of its own.
        builder.ConfigureTracing(tracing => tracing
            .ConfigureCommandFilter(_ => Activity.Current is not null)
            .ConfigureBatchFilter(_ => Activity.Current is not null));
        DataSource = builder.Build();
        SystemRole = SystemRoleOf(settings.Username ?? service);
    }

    /// <summary>Name of the service that owns the database.</summary>
    public string Service { get; }

    /// <summary>Connections of the application role: neither owner of the tables nor above row-level security.</summary>
    public NpgsqlDataSource DataSource { get; }

    /// <summary>The role that <see cref="BeginSystemAsync"/> takes on; it sees the rows of all tenants.</summary>
    internal string SystemRole { get; }

    internal static string SystemRoleOf(string applicationRole) => applicationRole + "_system";

    /// <summary>A transaction in which row-level security shows one tenant.</summary>
    public async Task<ServiceTransaction> BeginAsync(Guid tenantId, CancellationToken ct)
    {
        var connection = await DataSource.OpenConnectionAsync(ct);
        return await ServiceTransaction.BeginAsync(connection, $"select set_config('tideline.tenant', '{tenantId}', true)", ct);
    }

    /// <summary>A transaction over all tenants: the explicit, greppable system scope of engines.</summary>
    public async Task<ServiceTransaction> BeginSystemAsync(CancellationToken ct)
    {
        var connection = await DataSource.OpenConnectionAsync(ct);
        return await ServiceTransaction.BeginAsync(connection, $"set local role \"{SystemRole}\"", ct);
    }

    /// <summary>
    /// A batch that runs as one implicit transaction in one round trip, for one tenant. Its first statement sets the tenant; the
    /// first result set belongs to the first command that the caller adds when <see cref="TenantBatch.ExecuteReaderAsync"/> is used.
    /// </summary>
    public TenantBatch CreateBatch(Guid tenantId) =>
        new(DataSource.CreateBatch(), "select set_config('tideline.tenant', $1, true)", tenantId.ToString());

    /// <summary>Like <see cref="CreateBatch"/>, over all tenants.</summary>
    public TenantBatch CreateSystemBatch() => new(DataSource.CreateBatch(), "select set_config('role', $1, true)", SystemRole);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The database of the service whose context is <typeparamref name="TDb"/>.</summary>
public sealed class ServiceDatabase<TDb> : ServiceDatabase where TDb : ServiceDb
{
    internal ServiceDatabase(string service, string connectionString, int poolSize) : base(service, connectionString, poolSize)
    {
    }
}
