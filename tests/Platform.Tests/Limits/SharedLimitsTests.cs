using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Tideline.Platform.Events;
using Tideline.Platform.Hosting;
using Tideline.Platform.Limits;
using Tideline.Platform.Tests.Events;

namespace Tideline.Platform.Tests.Limits;

/// <summary>Token buckets, alone and shared between processes.</summary>
public sealed class SharedLimitsTests
{
    private static readonly LimitRate Rate = new(50, 100);

    /// <summary>Two processes, each asked four times as often as all together may let in.</summary>
    [Fact]
    public async Task Two_processes_together_let_in_what_one_would()
    {
        await using var cluster = new BusCluster();
        var one = await cluster.BuildAsync([]);
        var two = await cluster.BuildAsync([]);
        var (together, seconds) = await HammerAsync([one, two], isShared: true, TimeSpan.FromSeconds(6));
        var allowed = Rate.Burst + Rate.PerSecond * seconds;
        Assert.InRange(together, 0.9 * allowed, 1.1 * allowed);
        // Seen red: without what they tell each other it is twice as much.
        var (alone, shorter) = await HammerAsync([one, two], isShared: false, TimeSpan.FromSeconds(2));
        Assert.True(alone > 1.6 * (Rate.Burst + Rate.PerSecond * shorter), $"{alone} in {shorter} s");
    }

    [Fact]
    public async Task What_one_process_has_spent_the_other_cannot()
    {
        await using var cluster = new BusCluster();
        var (one, two) = (LimitsOf(await cluster.BuildAsync([])), LimitsOf(await cluster.BuildAsync([])));
        var key = new LimitKey("tenant", Guid.NewGuid());
        var rate = new LimitRate(0.01, 100);
        for (var i = 0; i < 80; i++) Assert.True(one.Take(key, rate).IsAllowed);
        for (var i = 0; i < 10; i++) Assert.True(two.Take(key, rate).IsAllowed);
        await one.ShareAsync(TestContext.Current.CancellationToken);
        await two.ShareAsync(TestContext.Current.CancellationToken);
        Assert.Equal(10, Enumerable.Range(0, 50).Count(_ => two.Take(key, rate).IsAllowed));
        var refused = two.Take(key, rate);
        Assert.InRange(refused.Wait.TotalSeconds, 50, 101);
    }

    [Fact]
    public async Task Without_the_database_each_process_limits_by_itself_and_owes_nothing()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.BuildAsync([]);
        var limits = LimitsOf(host);
        await host.Services.GetRequiredService<BusDatabase>().DisposeAsync();
        var key = new LimitKey("tenant", Guid.NewGuid());
        Assert.Equal(100, Enumerable.Range(0, 200).Count(_ => limits.Take(key, new LimitRate(0.001, 100)).IsAllowed));
        await limits.ShareAsync(TestContext.Current.CancellationToken);
        Assert.False(limits.Take(key, new LimitRate(0.001, 100)).IsAllowed);
    }

    [Fact]
    public void A_token_that_is_given_back_can_be_taken_again()
    {
        var bucket = new TokenBucket(new LimitRate(0.001, 1), TimeProvider.System.GetTimestamp());
        Assert.True(bucket.Take(TimeProvider.System).IsAllowed);
        Assert.False(bucket.Take(TimeProvider.System).IsAllowed);
        bucket.GiveBack();
        Assert.True(bucket.Take(TimeProvider.System).IsAllowed);
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.2", false)]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1", true)]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    public void Addresses_of_one_holder_count_together(string a, string b, bool areOne) =>
        Assert.Equal(areOne, LimitKey.Of(IPAddress.Parse(a)) == LimitKey.Of(IPAddress.Parse(b)));

    private static SharedLimits LimitsOf(BusHost host) => new(host.Services.GetRequiredService<BusDatabase>(), TimeProvider.System, NullLogger<SharedLimits>.Instance);

    private static async Task<(int LetIn, double Seconds)> HammerAsync(BusHost[] hosts, bool isShared, TimeSpan time)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var key = new LimitKey("tenant", Guid.NewGuid());
        var watch = Stopwatch.StartNew();
        var processes = hosts.Select(async host =>
        {
            var limits = LimitsOf(host);
            var sharing = isShared ? limits.RunAsync(new LoopHealth(TimeProvider.System), stop.Token) : Task.CompletedTask;
            var (letIn, asked) = (0, 0);
            // By the clock, four times the rate: however seldom a busy machine lets this run, as many ask.
            for (var now = watch.Elapsed; now < time; now = watch.Elapsed)
            {
                for (; asked < now.TotalSeconds * 4 * Rate.PerSecond; asked++)
                    if (limits.Take(key, Rate).IsAllowed) letIn++;
                await Task.Delay(10);
            }
            return (letIn, sharing);
        }).ToList();
        var all = await Task.WhenAll(processes);
        var seconds = watch.Elapsed.TotalSeconds;
        await stop.CancelAsync();
        foreach (var (_, sharing) in all) await sharing.ContinueWith(_ => { }, TaskScheduler.Default);
        return (all.Sum(p => p.letIn), seconds);
    }
}
