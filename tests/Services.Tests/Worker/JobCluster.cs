using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Tideline.Contracts;
using Tideline.Platform.Clients;
using Tideline.Platform.Data;
using Tideline.Platform.Hosting;
using Tideline.Platform.Security;
using Tideline.Testing;

namespace Tideline.Services.Tests.Worker;

/// <summary>Databases of one test, and any number of hosts on them: each host is what a process is.</summary>
internal sealed class JobCluster(string? admin = null, string? prefix = null) : IAsyncDisposable
{
    private readonly List<JobHost> _hosts = [];

    public string Prefix { get; } = prefix ?? TestCluster.NextPrefix();

    public Guid Tenant { get; } = Guid.CreateVersion7();

    /// <summary>Quick leases, retries and stops.</summary>
    public static Dictionary<string, string?> Quick(params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Services:worker:Lease"] = "00:00:02",
            ["Services:worker:RescueEvery"] = "00:00:00.050",
            ["Services:worker:Poll"] = "00:00:00.050",
            ["Services:worker:RetryFrom"] = "00:00:00.010",
            ["Services:worker:RetryUpTo"] = "00:00:00.050",
            ["Jobs:StopGrace"] = "00:00:01",
        };
        foreach (var (name, value) in more) settings[name] = value;
        return settings;
    }

    public async Task<JobHost> StartAsync(
        bool runsJobs = true, Action<Script>? script = null, Dictionary<string, string?>? settings = null, Action<IServiceCollection>? configure = null,
        params IService[] further)
    {
        var identity = new TestIdentity();
        IService[] services = [identity, new Tideline.Worker.WorkerService(), new LaborService(runsJobs), .. further];
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "labor" });
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Configuration.AddInMemoryCollection(settings ?? Quick());
        builder.Configuration.AddInMemoryCollection(services.Select(s => KeyValuePair.Create($"Services:{s.Name}:Secret", (string?)"secret")));
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        var databases = new DatabaseDirectory { PoolSize = 10 };
        var superuser = admin ?? await TestCluster.AdminAsync();
        foreach (var name in services.Select(s => s.Name).Append("bus"))
            databases.Set(name, await Provisioner.EnsureAsync(superuser, Prefix, name, "owner", "app", CancellationToken.None));
        var directory = new ServiceDirectory();
        foreach (var service in services) directory.Local.Add(service.Name);
        builder.AddPlatform(directory, databases);
        foreach (var service in services) builder.AddService(service);
        configure?.Invoke(builder.Services);
        var app = builder.Build();
        app.UsePlatform();
        foreach (var service in services) app.MapService(service);
        await app.Services.MigrateAsync(CancellationToken.None);
        script?.Invoke(app.Services.GetRequiredService<Script>());
        await app.StartAsync();
        var host = new JobHost(app, identity, databases, superuser, Tenant);
        _hosts.Add(host);
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_hosts.Select(h => h.App.StopAsync()));
        foreach (var host in _hosts) await host.App.DisposeAsync();
    }
}

/// <summary>One host of a test.</summary>
internal sealed record JobHost(WebApplication App, TestIdentity Identity, DatabaseDirectory Databases, string Admin, Guid Tenant)
{
    public IServiceProvider Services => App.Services;

    public Script Script => Services.GetRequiredService<Script>();

    /// <summary>Hands in a job through the outbox.</summary>
    public Task<Guid> EnqueueAsync(IJob job, DateTimeOffset? runAt = null, string? uniqueKey = null, int priority = 5) =>
        EnqueueAsync(Tenant, job, runAt, uniqueKey, priority);

    public async Task<Guid> EnqueueAsync(Guid tenant, IJob job, DateTimeOffset? runAt = null, string? uniqueKey = null, int priority = 5)
    {
        await using var scope = Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Caller>().UseTenant(tenant);
        var db = scope.ServiceProvider.GetRequiredService<LaborDb>();
        var id = db.Enqueue(job, runAt, uniqueKey, priority);
        await db.SaveChangesAsync();
        return id;
    }

    /// <summary>Hands in many in one transaction.</summary>
    public async Task EnqueueManyAsync(Guid tenant, IEnumerable<IJob> jobs)
    {
        await using var scope = Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Caller>().UseTenant(tenant);
        var db = scope.ServiceProvider.GetRequiredService<LaborDb>();
        foreach (var job in jobs) db.Enqueue(job);
        await db.SaveChangesAsync();
    }

    /// <summary>A client of a user of a tenant, over the socket.</summary>
    public ApiClient Client(Guid? tenant = null, params string[] permissions)
    {
        var client = new HttpClient { BaseAddress = new Uri(App.Urls.First()) };
        var token = Identity.User(tenant ?? Tenant, permissions.Length > 0 ? permissions : ["worker:read", "worker:write", "scheduler:read", "scheduler:write"]);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new ApiClient(client, null);
    }

    /// <summary>A row as its superuser sees it.</summary>
    public async Task<Row?> FindAsync(Guid job) =>
        (await QueryAsync("worker", $"select state, attempt, uncounted, max_attempts, error, progress from job_now where id = '{job}'",
            r => new Row(r.GetString(0), r.GetInt32(1), r.GetInt32(2), r.GetInt32(3), r.IsDBNull(4) ? null : r.GetString(4), r.IsDBNull(5) ? null : r.GetDouble(5)))).SingleOrDefault();

    /// <summary>Waits for a state.</summary>
    public async Task<Row> InStateAsync(Guid job, string state, TimeSpan? within = null) =>
        (await Eventually.Get(() => FindAsync(job), row => row?.State == state, $"job in state {state}", within))!;

    public async Task<List<T>> QueryAsync<T>(string service, string sql, Func<NpgsqlDataReader, T> row)
    {
        var database = new NpgsqlConnectionStringBuilder(Databases.For(service).Application).Database;
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Admin) { Database = database, Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync()) rows.Add(row(reader));
        return rows;
    }

    public async Task<T> ScalarAsync<T>(string service, string sql) => (await QueryAsync(service, sql, row => row.GetFieldValue<T>(0)))[0];

    public Task ExecuteAsync(string service, string sql) => QueryAsync(service, sql, _ => 0);
}

internal sealed record Row(string State, int Attempt, int Uncounted, int MaxAttempts, string? Error, double? Progress);
