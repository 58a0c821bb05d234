using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Platform.Realtime;
using Tideline.Testing;

namespace Tideline.Platform.Tests.Events;

/// <summary>Hints reach every process, merged.</summary>
public class LiveTests
{
    [Fact]
    public async Task Hints_arrive_in_another_process_merged_to_one_a_second()
    {
        await using var cluster = new BusCluster();
        var sender = await cluster.StartAsync([new ShopService()]);
        var gateway = await cluster.StartAsync([new ShopService()]);
        var heard = new ConcurrentQueue<LiveChange>();
        var listening = false;
        gateway.Services.GetRequiredService<LiveFeed>().Changed += change =>
        {
            if (change.Topic == "leads") heard.Enqueue(change);
            else listening = true;
        };
        gateway.Services.GetRequiredService<LiveFeed>().Changed += _ => throw new InvalidOperationException("A bad subscriber is nobody else's trouble.");
        var live = sender.Services.GetRequiredService<ILiveUpdates>();
        var (mine, other) = (Guid.NewGuid(), Guid.NewGuid());
        var lead = Guid.NewGuid();

        await Eventually.Get(() => Task.FromResult(Ping()), found => found, "the listener");
        live.Changed(mine, "leads", lead);
        var first = await Eventually.Get(() => Task.FromResult(heard.FirstOrDefault()), found => found is not null, "the first hint");
        Assert.Equal(new LiveChange(mine, "leads", lead), first);
        for (var i = 0; i < 1000; i++) live.Changed(mine, "leads", Guid.NewGuid());
        live.Changed(other, "leads", lead);
        await Eventually.Get(() => Task.FromResult(heard.Count), n => n == 3, "one more of mine, one of the other's");
        Assert.Contains(new LiveChange(mine, "leads", null), heard);
        Assert.Contains(new LiveChange(other, "leads", lead), heard);

        bool Ping()
        {
            live.Changed(Guid.NewGuid(), "jobs");
            return Volatile.Read(ref listening);
        }
    }
}
