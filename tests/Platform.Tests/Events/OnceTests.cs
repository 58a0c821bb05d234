using Tideline.Platform.Events;

namespace Tideline.Platform.Tests.Events;

/// <summary>Whatever is delivered again has its effect once.</summary>
public class OnceTests
{
    private static readonly Sold[] Events = [.. Enumerable.Range(0, 200).Select(i => new Sold { Article = $"article {i % 20}", Number = i })];

    private static BookService Book() => new(svc => svc.Handles<Sold, WriteFirst>().Handles<Sold, WriteSecond>());

    [Theory]
    [InlineData(false, 400)]
    [InlineData(true, 800)] // The control: without the inbox the same redelivery does everything twice.
    public async Task A_log_that_is_read_again_has_no_second_effect(bool withoutInbox, int lines)
    {
        await using var cluster = new BusCluster();
        var before = await cluster.StartAsync([new ShopService(), Book()], options: o => o.SkipInbox = withoutInbox);
        await before.PublishAsync(Events);
        await before.IdleAsync();
        await before.Host.StopAsync();
        await before.ExecuteAsync("bus", "update cursor set position = 0");

        var after = await cluster.StartAsync([new ShopService(), Book()], options: o => o.SkipInbox = withoutInbox);
        await after.IdleAsync();
        Assert.Equal(lines, (await after.LinesAsync()).Count);
    }

    [Theory]
    [InlineData("relay.before-claim")]
    [InlineData("relay.before-append")]
    [InlineData("relay.after-append")]
    [InlineData("consumer.after-commit")]
    [InlineData("consumer.before-advance")]
    public async Task An_end_at_any_point_loses_nothing_and_repeats_nothing(string point)
    {
        var left = 3;
        CrashPoints.Trap.Value = passed =>
        {
            if (passed == point && Interlocked.Decrement(ref left) >= 0) throw new InvalidOperationException("The process ends here.");
        };
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync([new ShopService(), Book(), new LedgerService()]);
        foreach (var part in Events.Chunk(50)) await host.PublishAsync([.. part]);
        await host.IdleAsync(TimeSpan.FromSeconds(40));
        Assert.True(left < 0, "the point was not passed often enough");
        var lines = await host.LinesAsync();
        Assert.Equal(400, lines.Count);
        Assert.Equal(400, lines.Distinct().Count());
        Assert.Equal(200, (await host.LinesAsync("ledger")).Distinct().Count());
        Assert.Equal(200, (await host.LinesAsync("ledger")).Count);
        if (point == "relay.after-append") Assert.True(await host.ScalarAsync<long>("bus", "select count(*) from log") > 200, "nothing was appended twice: the crash missed");
    }
}
