using System.Diagnostics;
using Tideline.Testing;

namespace Tideline.Services.Tests.Worker;

public sealed class SpeedTests
{
    [Fact(Explicit = true)]
    public async Task Drain()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync();
        var watch = Stopwatch.StartNew();
        using var client = host.Client();
        await client.PostAsync("/api/worker/queues/default/pause");
        await host.EnqueueManyAsync(cluster.Tenant, Enumerable.Range(0, 20000).Select(i => new Dig("x" + i)));
        Console.WriteLine($"outbox {watch.Elapsed}");
        await Eventually.Get(() => host.ScalarAsync<long>("worker", "select count(*) from job"), n => n == 20000, "all", TimeSpan.FromSeconds(100));
        Console.WriteLine($"queued {watch.Elapsed}");
        watch.Restart();
        Console.WriteLine("ADMIN " + host.Databases.For("worker").Application);
        await client.PostAsync("/api/worker/queues/default/resume");
        await Eventually.Get(() => host.ScalarAsync<long>("worker", "select count(*) from job_now where state <> 'completed'"), n => n == 0, "all", TimeSpan.FromSeconds(60));
        Console.WriteLine($"drained {watch.Elapsed} {20000 / watch.Elapsed.TotalSeconds:0}/s");
        watch.Restart();
        for (var i = 0; i < 20; i++)
        {
            var n = host.Script.Runs.Count;
            var at = Stopwatch.GetTimestamp();
            await host.EnqueueAsync(new Dig("y"));
            while (host.Script.Runs.Count == n) await Task.Yield();
            Console.WriteLine($"e2e {Stopwatch.GetElapsedTime(at).TotalMilliseconds:0.0} ms");
            await Task.Delay(100);
        }
    }
}
