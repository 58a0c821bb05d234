using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Platform.Events;
using Tideline.Platform.Security;
using Tideline.Testing;

namespace Tideline.Platform.Tests.Events;

/// <summary>From one service's transaction to another one's handler.</summary>
public class DeliveryTests
{
    private static BookService Book() => new(svc => svc.Handles<Sold, WriteFirst>().Handles<Sold, WriteSecond>());

    private static BookService BookOfRuns() => new(svc => svc.HandlesMany<Sold, WriteMany>());

    private static Sold[] Many(int count, int keys) => [.. Enumerable.Range(0, count).Select(i => new Sold { Article = $"article {i % keys}", Number = i })];

    [Fact]
    public async Task Two_subscribers_of_a_service_and_another_service_all_handle_an_event()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync([new ShopService(), Book(), new LedgerService()]);
        await host.PublishAsync(new Sold { Article = "tea", Number = 1 });
        await host.IdleAsync();
        Assert.Equal(["WriteFirst", "WriteSecond"], (await host.LinesAsync()).Select(e => e.Handler).Order());
        Assert.Equal(["Book"], (await host.LinesAsync("ledger")).Select(e => e.Handler));
        Assert.Equal(0, await host.ScalarAsync<long>("shop", "select count(*) from outbox"));
        Assert.Equal(1, await host.Status.PublishedLastMinuteAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_rolled_back_transaction_publishes_nothing()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync([new ShopService(), Book()]);
        await using (var scope = host.Services.CreateAsyncScope())
        {
            scope.ServiceProvider.GetRequiredService<Caller>().UseTenant(host.Tenant);
            var db = scope.ServiceProvider.GetRequiredService<ShopDb>();
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Publish(new Sold { Article = "tea", Number = 1 });
            await db.SaveChangesAsync();
        }
        await host.PublishAsync(new Sold { Article = "tea", Number = 2 });
        await host.IdleAsync();
        Assert.All(await host.LinesAsync(), line => Assert.Equal(2, line.Number));
    }

    [Fact]
    public async Task A_group_that_is_new_reads_from_the_beginning_of_the_log()
    {
        await using var cluster = new BusCluster();
        var first = await cluster.StartAsync([new ShopService()]);
        await first.PublishAsync(Many(700, 50));
        await first.IdleAsync();
        var later = await cluster.StartAsync([new ShopService(), Book()]);
        Assert.Equal(1400, (await later.LinesAsync(1400)).Distinct().Count());
    }

    [Fact]
    public async Task A_fact_of_no_tenant_is_handled_in_the_system_scope()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync([new ShopService(), new BookService(svc => svc.Handles<Noted, SeeWhoCalls>())]);
        await using (var scope = host.Services.CreateAsyncScope())
        {
            scope.ServiceProvider.GetRequiredService<Caller>().UseSystem();
            var db = scope.ServiceProvider.GetRequiredService<ShopDb>();
            db.Publish(new Noted { Number = 1 }, null);
            db.Publish(new Noted { Number = 2 }, host.Tenant);
            await db.SaveChangesAsync();
        }
        await host.IdleAsync();
        var seen = await Eventually.Get(() => Task.FromResult(host.Script.Callers.ToArray()), c => c.Length == 2, "two callers");
        Assert.Equal([(1, true, null), (2, false, host.Tenant)], seen.OrderBy(c => c.Number).Select(c => (c.Number, c.IsSystem, c.Tenant)));
    }

    [Fact]
    public async Task A_handler_of_runs_writes_once_for_many_and_names_each_cause()
    {
        await using var cluster = new BusCluster();
        var publisher = await cluster.StartAsync([new ShopService()]);
        await publisher.PublishAsync(Many(1000, 3));
        await publisher.IdleAsync();
        var host = await cluster.StartAsync([new ShopService(), BookOfRuns()]);
        await host.LinesAsync(1000);
        await host.IdleAsync();
        Assert.Equal(1000, host.Script.Runs.Sum());
        Assert.True(host.Script.Runs.Count <= 16, $"{host.Script.Runs.Count} runs for 1000 events");
        Assert.Equal(1000, await host.ScalarAsync<long>("bus", """
            select count(*) from log effect join log cause on cause.event_id = effect.causation_id
            where effect.type = 'test.noted' and cause.type = 'test.sold' and effect.correlation_id = cause.event_id
                and (effect.payload::jsonb ->> 'number') = (cause.payload::jsonb ->> 'number')
            """));
    }

    [Fact]
    public async Task A_trace_goes_from_the_request_over_the_bus_to_the_handler_and_on()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var source = new ActivitySource("test");
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name is "test" or BusTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync([new ShopService(), BookOfRuns()]);
        ActivityTraceId trace;
        using (var request = source.StartActivity("request"))
        {
            trace = request!.TraceId;
            await host.PublishAsync(new Sold { Article = "tea", Number = 1 });
        }
        await host.IdleAsync();
        var mine = await Eventually.Get(
            () => Task.FromResult(spans.Where(s => s.TraceId == trace).ToList()), found => found.Any(s => s.OperationName.EndsWith("publish test.noted", StringComparison.Ordinal)),
            "the span of what the handler published");
        var publish = mine.Single(s => s.OperationName == "tideline.bus publish test.sold");
        var handle = mine.Single(s => s is { OperationName: "tideline.bus handle test.sold", Kind: ActivityKind.Consumer });
        Assert.Equal(ActivityKind.Producer, publish.Kind);
        Assert.Equal(mine.Single(s => s.OperationName == "request").SpanId, publish.ParentSpanId);
        Assert.Equal(publish.SpanId, handle.ParentSpanId);
    }

    [Fact]
    public async Task The_trace_goes_on_when_nobody_listens()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync([new ShopService(), BookOfRuns()]);
        using var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        await host.PublishAsync(new Sold { Article = "tea", Number = 1 });
        await host.IdleAsync();
        Assert.All(
            await host.QueryAsync("bus", "select traceparent from log", row => row.GetString(0)), parent => Assert.Contains(request.TraceId.ToString(), parent));
    }

    [Fact]
    public async Task A_small_pool_is_enough_for_services_that_answer_each_other()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync([new ShopService(), BookOfRuns(), new LedgerService()], poolSize: 4);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => host.PublishAsync([.. Many(100, 20).Select(e => e with { Number = (i * 100) + e.Number })])));
        await host.IdleAsync();
        Assert.Equal(800, (await host.LinesAsync()).Count);
        Assert.Equal(800, (await host.LinesAsync("ledger")).Count);
    }
}
