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
internal sealed class BusCluster : IAsyncDisposable
{
    private readonly string _prefix = TestCluster.NextPrefix();
    private readonly List<IHost> _hosts = [];

    public Guid Tenant { get; } = Guid.CreateVersion7();

    /// <summary>Starts a host with these services.</summary>
    public async Task<BusHost> StartAsync(IReadOnlyList<IService> services, Dictionary<string, string?>? settings = null, int poolSize = 10)
    {
        var host = await BuildAsync(services, settings, poolSize);
        await host.Host.StartAsync();
        return host;
    }

    /// <summary>A host whose loops do not run, with its databases in order.</summary>
    public async Task<BusHost> BuildAsync(IReadOnlyList<IService> services, Dictionary<string, string?>? settings = null, int poolSize = 10)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        var databases = new DatabaseDirectory { PoolSize = poolSize };
        foreach (var name in services.Select(s => s.Name).Append("bus"))
            databases.Set(name, await Provisioner.EnsureAsync(await TestCluster.AdminAsync(), _prefix, name, "owner", "app", CancellationToken.None));
        builder.AddPlatform(new ServiceDirectory(), databases);
        foreach (var service in services) builder.AddService(service);
        var script = new Script();
        builder.Services.AddSingleton(script);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft", LogLevel.None).AddSimpleConsole(c => c.SingleLine = true));
        var host = builder.Build();
        await host.Services.MigrateAsync(CancellationToken.None);
        _hosts.Add(host);
        return new BusHost(host, script, databases, Tenant);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_hosts.Select(h => h.StopAsync()));
        foreach (var host in _hosts) await ((IAsyncDisposable)host).DisposeAsync();
    }
}

/// <summary>One host of a test.</summary>
internal sealed record BusHost(IHost Host, Script Script, DatabaseDirectory Databases, Guid Tenant)
{
    public IServiceProvider Services => Host.Services;

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
    public Task<List<(string Handler, string Article, int Number)>> EntriesAsync(string service) => QueryAsync(
        service, "select handler, article, number from entries order by seq", row => (row.GetString(0), row.GetString(1), row.GetInt32(2)));

    /// <summary>Waits for a number of entries.</summary>
    public Task<List<(string Handler, string Article, int Number)>> EntriesAsync(string service, int count, TimeSpan? within = null) =>
        Eventually.Get(() => EntriesAsync(service), found => found.Count >= count, $"{count} entries of {service}", within);

    /// <summary>Waits until nothing is left to do.</summary>
    public Task IdleAsync() => Eventually.Get(() => Status.IsIdleAsync(CancellationToken.None), idle => idle, "idle");

    /// <summary>Asks a database as its superuser would.</summary>
    public async Task<List<T>> QueryAsync<T>(string service, string sql, Func<NpgsqlDataReader, T> row)
    {
        var settings = new NpgsqlConnectionStringBuilder(await TestCluster.AdminAsync())
        {
            Database = new NpgsqlConnectionStringBuilder(Databases.For(service).Application).Database, Pooling = false,
        };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync()) rows.Add(row(reader));
        return rows;
    }

    public async Task<T> ScalarAsync<T>(string service, string sql) => (await QueryAsync(service, sql, row => row.GetFieldValue<T>(0)))[0];
}
