using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Tideline.Contracts;
using Tideline.Platform.Clients;
using Tideline.Platform.Data;
using Tideline.Platform.Events;
using Tideline.Platform.Hosting;
using Tideline.Platform.Security;
using Tideline.Testing;

namespace Tideline.Platform.Tests.Events;

/// <summary>Databases of one test, and any number of hosts on them: each host is what a process is.</summary>
internal sealed class BusCluster(string? admin = null, string? prefix = null) : IAsyncDisposable
{
    private readonly List<IHost> _hosts = [];

    public string Prefix { get; } = prefix ?? TestCluster.NextPrefix();

    public Guid Tenant { get; } = Guid.CreateVersion7();

    /// <summary>What a bus does in a test unless told otherwise: quick retries and quick leases.</summary>
    public static Dictionary<string, string?> Quick => new()
    {
        ["Bus:RetryFrom"] = "00:00:00.020",
        ["Bus:RetryUpTo"] = "00:00:00.100",
        ["Bus:Lease"] = "00:00:01.500",
    };

    /// <summary>Starts a host with these services.</summary>
    public async Task<BusHost> StartAsync(
        IReadOnlyList<IService> services, Dictionary<string, string?>? settings = null, int poolSize = 10, Action<BusOptions>? options = null,
        Action<Script>? script = null)
    {
        var host = await BuildAsync(services, settings, poolSize, options);
        script?.Invoke(host.Script);
        await host.Host.StartAsync();
        return host;
    }

    /// <summary>A host whose loops do not run, with its databases in order.</summary>
    public async Task<BusHost> BuildAsync(
        IReadOnlyList<IService> services, Dictionary<string, string?>? settings = null, int poolSize = 10, Action<BusOptions>? options = null)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings ?? Quick);
        var databases = new DatabaseDirectory { PoolSize = poolSize };
        foreach (var name in services.Select(s => s.Name).Append("bus"))
            databases.Set(name, await Provisioner.EnsureAsync(admin ?? await TestCluster.AdminAsync(), Prefix, name, "owner", "app", CancellationToken.None));
        builder.AddPlatform(new ServiceDirectory(), databases);
        foreach (var service in services) builder.AddService(service);
        if (options is not null) builder.Services.Configure(options);
        builder.Services.AddSingleton<Script>();
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        var host = builder.Build();
        await host.Services.MigrateAsync(CancellationToken.None);
        _hosts.Add(host);
        return new BusHost(host, databases, admin ?? await TestCluster.AdminAsync(), Tenant);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_hosts.Select(h => h.StopAsync()));
        foreach (var host in _hosts) await ((IAsyncDisposable)host).DisposeAsync();
    }
}

/// <summary>One host of a test.</summary>
internal sealed record BusHost(IHost Host, DatabaseDirectory Databases, string Admin, Guid Tenant)
{
    public IServiceProvider Services => Host.Services;

    public Script Script => Services.GetRequiredService<Script>();

    public BusStatus Status => Services.GetRequiredService<BusStatus>();

    /// <summary>Publishes in one transaction.</summary>
    public async Task PublishAsync(params IEvent[] events)
    {
        await using var scope = Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Caller>().UseTenant(Tenant);
        var db = scope.ServiceProvider.GetRequiredService<ShopDb>();
        foreach (var happened in events) db.Publish(happened);
        await db.SaveChangesAsync();
    }

    /// <summary>What was written down, in the order of writing.</summary>
    public Task<List<Line>> LinesAsync(string service = "book") => QueryAsync(
        service, "select handler, article, number from entries order by at, id", row => new Line(row.GetString(0), row.GetString(1), row.GetInt32(2)));

    /// <summary>Waits for a number of lines.</summary>
    public Task<List<Line>> LinesAsync(int count, TimeSpan? within = null) =>
        Eventually.Get(() => LinesAsync(), found => found.Count >= count, $"{count} lines", within);

    /// <summary>Waits until nothing is left to do.</summary>
    public Task IdleAsync(TimeSpan? within = null) => Eventually.Get(() => Status.IsIdleAsync(CancellationToken.None), idle => idle, "idle", within);

    /// <summary>Asks a database as its superuser would.</summary>
    public async Task<List<T>> QueryAsync<T>(string service, string sql, Func<NpgsqlDataReader, T> row)
    {
        await using var connection = await OpenAsync(service);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync()) rows.Add(row(reader));
        return rows;
    }

    public async Task<T> ScalarAsync<T>(string service, string sql) => (await QueryAsync(service, sql, row => row.GetFieldValue<T>(0)))[0];

    public Task ExecuteAsync(string service, string sql) => QueryAsync(service, sql, _ => 0);

    /// <summary>A connection of the superuser.</summary>
    public async Task<NpgsqlConnection> OpenAsync(string service)
    {
        var database = new NpgsqlConnectionStringBuilder(Databases.For(service).Application).Database;
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Admin) { Database = database, Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }
}

/// <summary>What a handler wrote down.</summary>
internal sealed record Line(string Handler, string Article, int Number);
