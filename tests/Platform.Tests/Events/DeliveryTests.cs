namespace Tideline.Platform.Tests.Events;

/// <summary>From one service's transaction to another one's handler.</summary>
public class DeliveryTests
{
    private static BookService Book() => new(svc => svc.Handles<Sold, WriteFirst>().Handles<Sold, WriteSecond>());

    [Fact]
    public async Task Two_subscribers_of_a_service_and_another_service_all_handle_an_event()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync([new ShopService(), Book(), new LedgerService()]);
        await host.PublishAsync(new Sold { Article = "tea", Number = 1 });
        await host.IdleAsync();
        Assert.Equal(["WriteFirst", "WriteSecond"], (await host.EntriesAsync("book")).Select(e => e.Handler).Order());
        Assert.Equal(["Book"], (await host.EntriesAsync("ledger")).Select(e => e.Handler));
    }
}
