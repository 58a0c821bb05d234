using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Tideline.Contracts;
using Tideline.Contracts.Worker;
using Tideline.Platform.Clients;
using Tideline.Platform.Data;
using Tideline.Platform.EmbeddedPostgres;
using Tideline.Platform.Hosting;
using Tideline.Platform.Jobs;
using Tideline.Worker;
using Tideline.Worker.Queues;
using Tideline.Platform.Security;

namespace Tideline.Bench.Jobs;

/// <summary>The worker service, a runner and PostgreSQL with its default settings, as they are in one process of the product.</summary>
internal sealed class Engine : IAsyncDisposable
{
    private static readonly Guid Tenant = Guid.CreateVersion7();
    private readonly WebApplication _app;
    private readonly EmbeddedPostgres _postgres;
    private readonly NpgsqlDataSource _queue;
    private readonly IJobQueue _jobs;
    private readonly Tally _tally;

    private Engine(WebApplication app, EmbeddedPostgres postgres, NpgsqlDataSource queue)
    {
        (_app, _postgres, _queue) = (app, postgres, queue);
        (_jobs, _tally) = (app.Services.GetRequiredService<IJobQueue>(), app.Services.GetRequiredService<Tally>());
    }

    public static async Task<Engine> StartAsync(string folder)
    {
        var postgres = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataFolder = folder }, NullLogger.Instance, CancellationToken.None);
        IService[] services = [new WorkerService(), new LaborService()];
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "bench" });
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Error).AddSimpleConsole());
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        var databases = new DatabaseDirectory { PoolSize = 10 };
        foreach (var name in services.Select(s => s.Name).Append("bus"))
            databases.Set(name, await Provisioner.EnsureAsync(postgres.AdminConnectionString, "bench", name, "owner", "app", CancellationToken.None));
        var directory = new ServiceDirectory();
        foreach (var service in services) directory.Local.Add(service.Name);
        builder.AddPlatform(directory, databases);
        foreach (var service in services) builder.AddService(service);
        var app = builder.Build();
        app.UsePlatform();
        foreach (var service in services) app.MapService(service);
        await app.Services.MigrateAsync(CancellationToken.None);
        await app.StartAsync();
        var database = new NpgsqlConnectionStringBuilder(databases.For("worker").Application).Database;
        return new Engine(app, postgres, NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres.AdminConnectionString) { Database = database, CommandTimeout = 600 }.ConnectionString));
    }

    /// <summary>Where its PostgreSQL is, for a second one like it.</summary>
    public string Describe()
    {
        var data = (string)Scalar("show data_directory");
        return JsonSerializer.Serialize(new { pid = Environment.ProcessId, data });
    }

    public async Task<string> ClearAsync()
    {
        await PauseAsync(true);
        await ExecuteAsync("truncate job, job_log, ready, lease, done, pace");
        _tally.Restart();
        return "{}";
    }

    /// <summary>Fills the queue while it is paused.</summary>
    public async Task<string> FillAsync(int count)
    {
        await PauseAsync(true);
        await AddAsync(count);
        return "{}";
    }

    /// <summary>Lets the queue run until so many are done and, when that was all, nothing is held any more.</summary>
    public async Task<string> DrainAsync(int count)
    {
        _tally.Restart();
        await PauseAsync(false);
        while (_tally.Count < count) await Task.Delay(1);
        while ((long)Scalar("select count(*) from lease") > 0 && (long)Scalar("select count(*) from ready") == 0) await Task.Delay(1);
        var took = Stopwatch.GetElapsedTime(_tally.First);
        var done = (long)Scalar("select count(*) from done");
        if (done < count && (long)Scalar("select count(*) from ready") == 0) throw new InvalidOperationException($"{count} jobs, {done} done");
        var ran = _tally.Count;
        await PauseAsync(true);
        return JsonSerializer.Serialize(new { n = ran, seconds = took.TotalSeconds });
    }

    /// <summary>Adds a thousand in each call.</summary>
    public async Task<string> BulkAsync(int count)
    {
        await PauseAsync(true);
        var began = Stopwatch.GetTimestamp();
        await AddAsync(count);
        return JsonSerializer.Serialize(new { n = count, seconds = Stopwatch.GetElapsedTime(began).TotalSeconds });
    }

    /// <summary>Adds one in each call, some calls at a time; each answers when its job is durable.</summary>
    public async Task<string> SingleAsync(int count, int inFlight)
    {
        await PauseAsync(true);
        var (next, began) = (0, Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) <= count;) await _jobs.EnqueueAsync("bench", new EnqueueRequest { Jobs = [Row(Send.Of(i))] }, CancellationToken.None);
        })));
        return JsonSerializer.Serialize(new { n = count, seconds = Stopwatch.GetElapsedTime(began).TotalSeconds });
    }

    /// <summary>Adds jobs by the clock, and tells how long after its due moment each began to run.</summary>
    public async Task<string> PaceAsync(int rate, int seconds)
    {
        var count = rate * seconds;
        await PauseAsync(false);
        _tally.Restart(count);
        var began = Stopwatch.GetTimestamp();
        var pending = new List<Task>();
        for (var i = 0; i < count; i++)
        {
            var due = began + (long)((double)i / rate * Stopwatch.Frequency);
            var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            if (wait > TimeSpan.FromMilliseconds(1)) await Task.Delay(wait);
            pending.Add(_jobs.EnqueueAsync("bench", new EnqueueRequest { Jobs = [Row(Send.Of(i, due))] }, CancellationToken.None));
        }
        await Task.WhenAll(pending);
        while (_tally.Count < count) await Task.Delay(5);
        var seconds_ = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var all = _tally.Latencies();
        return JsonSerializer.Serialize(new { n = count, seconds = seconds_, p50 = all[count / 2], p99 = all[(int)(count * 0.99)] });
    }

    /// <summary>Puts rows there as if they had come over months.</summary>
    public async Task<string> StockAsync(string kind, int count)
    {
        await PauseAsync(true);
        var state = kind == "scheduled" ? "scheduled" : "queued";
        await ExecuteAsync($"""
            insert into job (tenant_id, id, state, queue, type, payload, run_at, max_attempts)
            select '{Tenant}', ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '{state}', 'default', 'bench.send', '{JsonSerializer.Serialize(Send.Of(1), ContractsJson.Options)}',
                clock_timestamp() + {(state == "scheduled" ? "interval '1 day'" : "interval '0'")}, 10
            from generate_series(1, {count}) n
            """);
        if (kind == "ready")
            await ExecuteAsync("insert into ready (tenant_id, id, type, queue, priority, run_at, attempt) select tenant_id, id, type, queue, priority, run_at, 0 from job");
        if (kind == "done")
            await ExecuteAsync("insert into done (tenant_id, id, attempt, started_at, finished_at) select tenant_id, id, 1, now(), now() from job");
        await ExecuteAsync("checkpoint");
        return "{}";
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _queue.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    private async Task AddAsync(int count)
    {
        for (var from = 0; from < count; from += 1000)
            await _jobs.EnqueueAsync("bench", new EnqueueRequest { Jobs = [.. Enumerable.Range(from, Math.Min(1000, count - from)).Select(i => Row(Send.Of(i)))] }, CancellationToken.None);
    }

    private static NewJob Row(Send job) => new()
    {
        TenantId = Tenant,
        Id = Guid.CreateVersion7(),
        Type = "bench.send",
        Queue = "default",
        MaxAttempts = 10,
        Payload = JsonSerializer.Serialize(job, ContractsJson.Options),
    };

    private async Task PauseAsync(bool paused)
    {
        await using var scope = _app.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Caller>().UseTenant(Tenant);
        await scope.ServiceProvider.GetRequiredService<QueueSwitch>().SetAsync("default", paused, CancellationToken.None);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _queue.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private object Scalar(string sql)
    {
        using var command = _queue.CreateCommand(sql);
        return command.ExecuteScalar()!;
    }
}
