using Microsoft.Extensions.DependencyInjection;
using Tideline.Platform.Events;
using Tideline.Platform.Security;
using Tideline.Testing;

namespace Tideline.Platform.Tests.Events.Conformance;

/// <summary>Order per key, whoever publishes and whoever handles.</summary>
public abstract partial class TransportConformance
{
    [Fact]
    public async Task Order_of_one_transaction()
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), Book()]);
        await host.PublishAsync([.. Enumerable.Range(0, 300).Select(i => Of("tea", i))]);
        Assert.Equal(Enumerable.Range(0, 300), (await host.LinesAsync(300)).Select(l => l.Number));
    }

    [Fact]
    public async Task Order_of_many_transactions_in_batches_of_the_relay()
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), Book()], new() { ["Bus:RelayBatch"] = "7" });
        for (var i = 0; i < 20; i++) await host.PublishAsync([.. Enumerable.Range(i * 10, 10).Select(n => Of($"article {n % 3}", n))]);
        await host.LinesAsync(200);
        await host.IdleAsync();
        var lines = await host.LinesAsync();
        AssertOnce(lines, 200);
        AssertOrdered(lines);
    }

    [Fact]
    public async Task Order_over_the_relays_of_three_processes()
    {
        await using var bed = NewBed();
        var settings = new Dictionary<string, string?> { ["Bus:RelayBatch"] = "5", ["Bus:OutboxPoll"] = "00:00:00.050" };
        var shops = new List<BusHost>();
        for (var i = 0; i < 3; i++) shops.Add(await bed.StartAsync([new ShopService()], settings));
        var book = await bed.StartAsync([Book()]);
        for (var i = 0; i < 90; i++) await shops[i % 3].PublishAsync(Of("tea", i), Of("milk", i));
        var lines = await book.LinesAsync(180, Long);
        AssertOnce(lines, 180);
        AssertOrdered(lines);
    }

    [Fact]
    public async Task Order_of_each_publisher_when_several_services_publish_under_the_same_keys()
    {
        await using var bed = NewBed();
        // The book answers each sale with a note; both go through relays of their own.
        var host = await bed.StartAsync([new ShopService(), BookOfRuns(), new LedgerService()]);
        for (var i = 0; i < 10; i++) await host.PublishAsync([.. Enumerable.Range(i * 20, 20).Select(n => Of($"{n % 7}", n))]);
        await host.LinesAsync(200);
        await host.IdleAsync();
        AssertOrdered(await host.LinesAsync());
        AssertOrdered(await host.LinesAsync("ledger"));
        var log = await Bed.LogAsync(host);
        Assert.Equal((200, 200), (log.Count(e => e.Type == "test.sold"), log.Count(e => e.Type == "test.noted")));
    }

    [Fact]
    public async Task Order_does_not_skip_a_slow_transaction_with_a_lower_number()
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), Book()]);
        await using var scope = host.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Caller>().UseTenant(host.Tenant);
        var db = scope.ServiceProvider.GetRequiredService<ShopDb>();
        await using var slow = await db.Database.BeginTransactionAsync();
        db.Publish(Of("slow", 1));
        await db.SaveChangesAsync();
        await host.PublishAsync(Of("fast", 2));
        await host.LinesAsync(1);
        await slow.CommitAsync();
        Assert.Equal([2, 1], (await host.LinesAsync(2)).Select(l => l.Number));
    }

    [Fact]
    public async Task A_rolled_back_transaction_publishes_nothing()
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), Book()]);
        await using (var scope = host.Services.CreateAsyncScope())
        {
            scope.ServiceProvider.GetRequiredService<Caller>().UseTenant(host.Tenant);
            var db = scope.ServiceProvider.GetRequiredService<ShopDb>();
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Publish(Of("tea", 1));
            await db.SaveChangesAsync();
        }
        await host.PublishAsync(Of("tea", 2));
        await host.IdleAsync();
        Assert.Equal([2], (await host.LinesAsync()).Select(l => l.Number));
        Assert.Single(await Bed.LogAsync(host));
    }

    [Fact]
    public async Task Order_over_processes_that_come_and_go()
    {
        await using var bed = NewBed();
        const int Keys = 20, PerKey = 40;
        var shop = await bed.StartAsync([new ShopService()]);
        var hosts = new List<BusHost>();
        for (var i = 0; i < 3; i++) hosts.Add(await bed.StartAsync([Book()]));
        var publishing = Task.WhenAll(Enumerable.Range(0, Keys).Select(async key =>
        {
            for (var i = 0; i < PerKey; i++) await shop.PublishAsync(Of($"article {key}", i));
        }));
        await hosts[0].LinesAsync(100);
        hosts.Add(await bed.StartAsync([Book()]));
        await Owners(shop, [4, 4, 4, 4]);
        await hosts[1].Host.StopAsync();
        await publishing;
        var lines = await hosts[0].LinesAsync(Keys * PerKey, Long);
        AssertOnce(lines, Keys * PerKey);
        AssertOrdered(lines);
        Assert.Equal(0, await NeverParked(shop));
    }

    [Fact]
    public async Task Order_in_the_log_itself_is_the_order_of_publishing()
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService()]);
        await host.PublishAsync(Many(500, 40));
        await host.IdleAsync();
        var log = await Bed.LogAsync(host);
        Assert.Equal(500, log.Select(e => e.Id).Distinct().Count());
        foreach (var key in log.GroupBy(e => e.Key))
        {
            var numbers = key.Select(e => System.Text.Json.JsonDocument.Parse(e.Payload).RootElement.GetProperty("number").GetInt32()).ToList();
            Assert.Equal(numbers.Order(), numbers);
        }
        // Otherwise there would be no order to speak of between processes.
        Assert.True(log.GroupBy(e => e.Key).Select(g => Partitions.Of(g.Key)).Distinct().Count() > 8, "few partitions were used");
    }
}
