using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Tideline.Contracts;
using Tideline.Platform.Data;
using Tideline.Platform.Events;
using Tideline.Testing;

namespace Tideline.Platform.Tests.Events;

/// <summary>Figures of the bus on this machine; run on request, judged by people.</summary>
public class Figures(ITestOutputHelper output)
{
    private sealed class Count(FiguresSink sink) : IHandleMany<Sold>
    {
        public Task HandleAsync(IReadOnlyList<Received<Sold>> events, CancellationToken ct)
        {
            Interlocked.Add(ref sink.Handled, events.Count);
            return Task.CompletedTask;
        }
    }

    private sealed class CountOne(FiguresSink sink) : IHandle<Sold>
    {
        public Task HandleAsync(Sold happened, CancellationToken ct)
        {
            if (sink.Published.TryGetValue(happened.Number, out var at)) sink.Latencies.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
            Interlocked.Increment(ref sink.Handled);
            return Task.CompletedTask;
        }
    }

    internal sealed class FiguresSink
    {
        public int Handled;
        public ConcurrentDictionary<int, long> Published { get; } = new();
        public ConcurrentBag<double> Latencies { get; } = [];
    }

    [Theory(Explicit = true)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Throughput(bool runs)
    {
        const int WarmUp = 5_000, Events = 100_000;
        var sink = new FiguresSink();
        await using var cluster = new BusCluster();
        var host = await cluster.BuildAsync([new ShopService(), new BookService(svc =>
        {
            svc.Services.AddSingleton(sink);
            _ = runs ? svc.HandlesMany<Sold, Count>() : svc.Handles<Sold, CountOne>();
        })], new Dictionary<string, string?>(), poolSize: 20);
        var payload = System.Text.Json.JsonSerializer.Serialize(new Sold { Article = new string('x', 150), Number = 1 }, ContractsJson.Options);
        await host.Host.StartAsync();
        await FillAsync(WarmUp);
        await Eventually.Get(() => Task.FromResult(sink.Handled), n => n >= WarmUp, "handled", TimeSpan.FromMinutes(2));
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        await FillAsync(Events);
        var watch = Stopwatch.StartNew();
        await Eventually.Get(
            () => host.ScalarAsync<long>("bus", "select sum(position)::bigint from head"), n => n == WarmUp + Events, "in the log", TimeSpan.FromMinutes(2));
        var relayed = watch.Elapsed;
        await Eventually.Get(() => Task.FromResult(sink.Handled), n => n >= WarmUp + Events, "handled", TimeSpan.FromMinutes(2));
        var used = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        output.WriteLine($"runs={runs}: in the log {Events / relayed.TotalSeconds:0}/s, outbox to handled {Events / watch.Elapsed.TotalSeconds:0}/s, {used.TotalMicroseconds / Events:0.0} us CPU an event");

        Task FillAsync(int count) => host.ExecuteAsync("shop", $"""
            insert into outbox (id, tenant_id, type, version, key, time, payload)
            select gen_random_uuid(), '{host.Tenant}', 'test.sold', 1, 'article ' || (i % 1000), now(), '{payload}' from generate_series(1, {count}) i
            """);
    }

    [Fact(Explicit = true)]
    public async Task Latency()
    {
        const int Rate = 200, WarmUp = Rate * 10, Measured = Rate * 15;
        var sink = new FiguresSink();
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync([new ShopService(), new BookService(svc =>
        {
            svc.Services.AddSingleton(sink);
            svc.Handles<Sold, CountOne>();
        })], new Dictionary<string, string?>(), poolSize: 20);
        await host.PublishAsync(new Sold { Article = "warm", Number = -1 });
        await host.IdleAsync();
        var watch = Stopwatch.StartNew();
        var sending = new List<Task>();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        for (var i = 0; i < WarmUp + Measured; i++)
        {
            if (i == WarmUp)
            {
                sink.Latencies.Clear();
                cpu = Process.GetCurrentProcess().TotalProcessorTime;
            }
            var number = i;
            var due = TimeSpan.FromSeconds((double)i / Rate);
            if (due > watch.Elapsed) await Task.Delay(due - watch.Elapsed);
            sending.Add(Task.Run(async () =>
            {
                await SendAsync(host, number, sink);
            }));
        }
        await Task.WhenAll(sending);
        await Eventually.Get(() => Task.FromResult(sink.Handled), n => n >= WarmUp + Measured + 1, "handled");
        var used = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        var sorted = sink.Latencies.Order().ToArray();
        output.WriteLine($"commit to handler at {Rate}/s over {sorted.Length}: p50 {sorted[sorted.Length / 2]:0.0} ms, p99 {sorted[(int)(sorted.Length * 0.99)]:0.0} ms, max {sorted[^1]:0.0} ms; {used.TotalMilliseconds / sorted.Length:0.00} ms CPU an event, publishing included");
    }

    private static async Task SendAsync(BusHost host, int number, FiguresSink sink)
    {
        var database = host.Services.GetRequiredService<ServiceDatabase<ShopDb>>();
        var payload = System.Text.Json.JsonSerializer.Serialize(new Sold { Article = $"article {number % 100}", Number = number }, ContractsJson.Options);
        await using var batch = database.CreateBatch(host.Tenant).Add(
            "insert into outbox (id, tenant_id, type, version, key, time, payload) values ($1, $2, 'test.sold', 1, $3, now(), $4)",
            new NpgsqlParameter<Guid> { TypedValue = Guid.CreateVersion7() }, new NpgsqlParameter<Guid> { TypedValue = host.Tenant },
            new NpgsqlParameter<string> { TypedValue = $"article {number % 100}" }, new NpgsqlParameter<string> { TypedValue = payload });
        // The clock starts when the commit is sent: what is measured is a little more than from commit to handler.
        sink.Published[number] = Stopwatch.GetTimestamp();
        await batch.ExecuteAsync(CancellationToken.None);
        host.Services.GetRequiredKeyedService<OutboxSignal>("shop").Raise();
    }
}
