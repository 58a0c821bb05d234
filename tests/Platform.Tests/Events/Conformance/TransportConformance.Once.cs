using Microsoft.Extensions.DependencyInjection;
using Tideline.Platform.Events;
using Tideline.Testing;

namespace Tideline.Platform.Tests.Events.Conformance;

/// <summary>At least once from the transport, once in effect by the inbox.</summary>
public abstract partial class TransportConformance
{
    [Theory]
    [InlineData(false, 400)]
    [InlineData(true, 800)] // The control: without the inbox, the same redelivery does everything twice.
    public async Task Once_although_all_is_delivered_again(bool withoutInbox, int lines)
    {
        await using var bed = NewBed();
        var before = await bed.StartAsync([new ShopService(), BookOfTwo()], options: o => o.SkipInbox = withoutInbox);
        await before.PublishAsync(Many(200, 20));
        await before.IdleAsync(Long);
        await before.Host.StopAsync();
        await before.ExecuteAsync("bus", "update cursor set position = 0");
        var after = await bed.StartAsync([new ShopService(), BookOfTwo()], options: o => o.SkipInbox = withoutInbox);
        await after.IdleAsync(Long);
        Assert.Equal(lines, (await after.LinesAsync()).Count);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public async Task Once_although_an_event_stands_twice_in_the_log(bool withoutInbox, int lines)
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), Book()], options: o => o.SkipInbox = withoutInbox);
        await host.PublishAsync(Of("tea", 1));
        await host.IdleAsync(Long);
        var first = Assert.Single(await Bed.LogAsync(host));
        await host.Services.GetRequiredService<IEventTransport>().AppendAsync([first], CancellationToken.None);
        await host.IdleAsync(Long);
        Assert.Equal(2, (await Bed.LogAsync(host)).Count);
        Assert.Equal(lines, (await host.LinesAsync()).Count);
    }

    [Theory]
    [InlineData("relay.before-claim")]
    [InlineData("relay.before-append")]
    [InlineData("relay.after-append")]
    [InlineData("consumer.after-commit")]
    [InlineData("consumer.before-advance")]
    public async Task Once_although_the_work_ends_at_any_point(string point)
    {
        var left = 3;
        CrashPoints.Trap.Value = passed =>
        {
            if (passed == point && Interlocked.Decrement(ref left) >= 0) throw new InvalidOperationException("The process ends here.");
        };
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), BookOfTwo(), new LedgerService()]);
        foreach (var part in Many(200, 20).Chunk(50)) await host.PublishAsync([.. part]);
        await host.IdleAsync(Long);
        Assert.True(left < 0, "the point was not passed often enough");
        var lines = await host.LinesAsync();
        AssertOnce(lines, 200, handlers: 2);
        AssertOrdered(lines);
        AssertOnce(await host.LinesAsync("ledger"), 200);
        if (point == "relay.after-append") Assert.True((await Bed.LogAsync(host)).Count > 200, "nothing was appended twice: the crash missed");
    }

    [Theory]
    [InlineData("relay.after-append:2")]
    [InlineData("consumer.after-commit:2")]
    [InlineData("consumer.before-advance:1")]
    public async Task Once_although_processes_are_really_killed(string point)
    {
        await using var bed = NewBed();
        var host = await bed.BuildAsync([new ShopService(), BookOfTwo()]);
        var published = 0;
        for (var round = 0; round < 2; round++)
        {
            for (var part = 0; part < 10; part++) await host.PublishAsync([.. Enumerable.Range(0, 20).Select(_ => Of($"article {published % 25}", published++))]);
            var child = await bed.StartChildAsync(point, new() { ["Bus:RelayBatch"] = "50" });
            await child.WaitForExitAsync(new CancellationTokenSource(Long).Token);
            Assert.Equal(128 + 9, child.ExitCode);
        }
        await host.Host.StartAsync();
        await host.LinesAsync(published * 2, Long);
        await host.IdleAsync(Long);
        var lines = await host.LinesAsync();
        AssertOnce(lines, published, handlers: 2);
        AssertOrdered(lines);
        if (point.StartsWith("relay", StringComparison.Ordinal)) Assert.True((await Bed.LogAsync(host)).Count > published, "nothing was appended twice: the kills missed");
    }

    [Fact]
    public async Task Once_although_the_process_stops_while_it_handles()
    {
        await using var bed = NewBed();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var host = await bed.StartAsync([new ShopService(), Book()], script: s => s.OnSold = async (e, ct) =>
        {
            if (e.Number < 3) return;
            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, ct);
        });
        await host.PublishAsync([.. Enumerable.Range(0, 10).Select(i => Of("tea", i))]);
        await reached.Task.WaitAsync(Long);
        await host.Host.StopAsync();
        var next = await bed.StartAsync([new ShopService(), Book()]);
        await next.LinesAsync(10, Long);
        await next.IdleAsync(Long);
        Assert.Equal(Enumerable.Range(0, 10), (await next.LinesAsync()).Select(l => l.Number));
        // A stop is nobody's failure.
        Assert.Equal(0, await NeverParked(next));
    }

    [Fact]
    public async Task Once_for_each_subscriber_of_a_service_and_for_each_service()
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), BookOfTwo(), new LedgerService()]);
        await host.PublishAsync(Of("tea", 1));
        await host.IdleAsync(Long);
        Assert.Equal(["WriteFirst", "WriteSecond"], (await host.LinesAsync()).Select(e => e.Handler).Order());
        Assert.Equal(["Book"], (await host.LinesAsync("ledger")).Select(e => e.Handler));
        Assert.Equal(0, await Waiting(host));
    }
}
