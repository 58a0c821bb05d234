using System.Diagnostics;
using Tideline.Contracts.Scheduler;
using Tideline.Services.Tests.Worker;
using Tideline.Testing;

namespace Tideline.Services.Tests.Scheduler;

/// <summary>One-time tasks, from the request to the telling.</summary>
public sealed class TaskTests
{
    [Fact]
    public async Task A_task_is_told_once_and_not_before_its_time()
    {
        await using var cluster = new JobCluster();
        var (host, told) = await cluster.WatchAsync();
        var asked = Watching.Ask("start:1", TimeSpan.FromSeconds(1.2));
        await host.PublishAsync(asked);
        await Eventually.Get(() => Task.FromResult(told.Count), n => n == 1, "told");
        var one = told.Single();
        Assert.Equal((cluster.Tenant, "watch", "start:1"), (one.Tenant, one.Owner, one.Name));
        Assert.InRange(one.At - asked.DueAt, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal(asked.DueAt, one.DueAt, TimeSpan.FromMilliseconds(1));
        using var client = host.Client();
        var view = (await client.GetAsync("/api/scheduler/tasks"))["data"]!.AsArray().Single()!;
        Assert.Equal(("watch/start:1", "fired"), (view["key"]!.GetValue<string>(), view["state"]!.GetValue<string>()));
        using var stranger = host.Client(Guid.CreateVersion7());
        Assert.Empty((await stranger.GetAsync("/api/scheduler/tasks"))["data"]!.AsArray());
    }

    [Fact]
    public async Task Four_processes_fire_each_task_once()
    {
        await using var cluster = new JobCluster();
        var (host, told) = await cluster.WatchAsync(hosts: 4);
        await host.PublishAsync([.. Enumerable.Range(0, 2000).Select(i => Watching.Ask("t" + i, TimeSpan.FromSeconds(1 + i % 5 * 0.2)))]);
        await Eventually.Get(() => Task.FromResult(told.Count), n => n >= 2000, "all told", TimeSpan.FromSeconds(60));
        // Whatever was told twice has been published twice, and the outboxes and the bus are asked for that too.
        await Eventually.Get(() => host.ScalarAsync<long>("scheduler", "select count(*) from outbox"), n => n == 0, "an empty outbox");
        Assert.Equal(2000, await host.ScalarAsync<long>("scheduler", "select count(*) from task where state = 'fired'"));
        Assert.All(told.GroupBy(t => t.Name), g => Assert.Single(g));
    }

    [Fact]
    public async Task The_same_name_again_replaces_and_a_cancelled_one_is_not_told()
    {
        await using var cluster = new JobCluster();
        var (host, told) = await cluster.WatchAsync();
        await host.PublishAsync(Watching.Ask("later", TimeSpan.FromHours(1)), Watching.Ask("never", TimeSpan.FromSeconds(0.8)), Watching.Ask("moved", TimeSpan.FromSeconds(0.2)));
        await host.PublishAsync(
            Watching.Ask("later", TimeSpan.FromSeconds(1)), new ScheduleCancelled { Owner = "watch", Name = "never" },
            new ScheduleCancelled { Owner = "watch", Name = "nobody-asked" }, Watching.Ask("end", TimeSpan.FromSeconds(2)));
        await Eventually.Get(() => Task.FromResult(told.Count(t => t.Name == "end")), n => n == 1, "the end");
        Assert.Equal(["end", "later", "moved"], told.Select(t => t.Name).Order());
        // Asked for again after it has fired: fires again.
        await host.PublishAsync(Watching.Ask("later", TimeSpan.Zero));
        await Eventually.Get(() => Task.FromResult(told.Count(t => t.Name == "later")), n => n == 2, "told again");
    }

    [Fact]
    public async Task The_same_name_twice_in_one_batch_counts_last()
    {
        await using var cluster = new JobCluster();
        var (host, told) = await cluster.WatchAsync();
        await host.PublishAsync(Watching.Ask("x", TimeSpan.FromHours(1)), Watching.Ask("x", TimeSpan.FromHours(2)), Watching.Ask("x", TimeSpan.Zero), Watching.Ask("x", TimeSpan.Zero, "other"));
        await Eventually.Get(() => Task.FromResult(told.Count), n => n == 2, "both owners told");
        Assert.Equal(["other", "watch"], told.Select(t => t.Owner).Order());
    }

    [Fact]
    public async Task What_fires_belongs_to_the_trace_of_who_asked()
    {
        await using var cluster = new JobCluster();
        var (host, told) = await cluster.WatchAsync();
        using (var asking = new Activity("asking").SetIdFormat(ActivityIdFormat.W3C).Start())
        {
            await host.PublishAsync(Watching.Ask("x", TimeSpan.Zero));
            await Eventually.Get(() => Task.FromResult(told.Count), n => n == 1, "told");
            Assert.Contains(asking.TraceId.ToString(), told.Single().Traceparent, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_was_due_while_nobody_was_there_is_told_afterwards()
    {
        await using var cluster = new JobCluster();
        var (first, told) = await cluster.WatchAsync();
        await first.PublishAsync(Watching.Ask("x", TimeSpan.FromHours(3)));
        await Eventually.Get(() => first.ScalarAsync<long>("scheduler", "select count(*) from task"), n => n == 1, "the request");
        await first.App.StopAsync();
        await first.ExecuteAsync("scheduler", "update task set due_at = now() - interval '3 hours'");
        var (_, toldLater) = await cluster.WatchAsync();
        await Eventually.Get(() => Task.FromResult(toldLater.Count), n => n == 1, "told");
        Assert.Empty(told);
    }
}
