using Tideline.Testing;

namespace Tideline.Platform.Tests.Events.Conformance;

/// <summary>A transport that goes away and comes back.</summary>
public abstract partial class TransportConformance
{
    [Fact]
    public async Task While_it_is_away_services_go_on_and_the_outbox_keeps_what_they_publish()
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), Book()]);
        await host.PublishAsync(Many(50, 10));
        await host.LinesAsync(50, Long);
        await transport.StopAsync(host);
        try
        {
            for (var i = 0; i < 5; i++) await host.PublishAsync([.. Enumerable.Range(50 + (i * 10), 10).Select(n => Of($"article {n % 10}", n))]);
            Assert.Equal(50, await Waiting(host));
            Assert.Equal(50, (await host.LinesAsync()).Count);
        }
        finally
        {
            await transport.StartAsync(host);
        }
        await host.LinesAsync(100, Long);
        await host.IdleAsync(Long);
        var lines = await host.LinesAsync();
        AssertOnce(lines, 100);
        AssertOrdered(lines);
        Assert.Equal(0, await NeverParked(host));
    }

    [Fact]
    public async Task A_restart_in_the_midst_of_publishing_loses_nothing_and_keeps_the_order()
    {
        await using var bed = NewBed();
        var shop = await bed.StartAsync([new ShopService()], new() { ["Bus:RelayBatch"] = "20" });
        var book = await bed.StartAsync([Book()]);
        var publishing = Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await shop.PublishAsync([.. Enumerable.Range(0, 10).Select(key => Of($"article {key}", i))]);
                await Task.Delay(10);
            }
        });
        await book.LinesAsync(100, Long);
        await transport.StopAsync(shop);
        await Eventually.Get(() => Waiting(shop), n => n > 0, "something that cannot go out", Long);
        await transport.StartAsync(shop);
        await publishing;
        await book.LinesAsync(1000, Long);
        await book.IdleAsync(Long);
        var lines = await book.LinesAsync();
        AssertOnce(lines, 1000);
        AssertOrdered(lines);
    }

    [Fact]
    public async Task What_it_had_confirmed_is_there_after_a_restart_for_a_group_that_comes_later()
    {
        await using var bed = NewBed();
        var shop = await bed.StartAsync([new ShopService()]);
        await shop.PublishAsync(Many(300, 20));
        await shop.IdleAsync(Long);
        Assert.Equal(0, await Waiting(shop));
        await transport.StopAsync(shop);
        await transport.StartAsync(shop);
        var book = await bed.StartAsync([Book()]);
        AssertOnce(await book.LinesAsync(300, Long), 300);
    }

    [Fact]
    public async Task A_process_that_starts_while_it_is_away_comes_to_work_when_it_is_back()
    {
        await using var bed = NewBed();
        var host = await bed.BuildAsync([new ShopService(), Book()]);
        await host.PublishAsync(Many(30, 10));
        await transport.StopAsync(host);
        try
        {
            await host.Host.StartAsync();
            await host.PublishAsync([.. Enumerable.Range(30, 10).Select(i => Of($"article {i % 10}", i))]);
            Assert.Equal(40, await Waiting(host));
        }
        finally
        {
            await transport.StartAsync(host);
        }
        var lines = await host.LinesAsync(40, Long);
        AssertOnce(lines, 40);
        AssertOrdered(lines);
    }
}
