using System.Diagnostics;
using Tideline.Platform.Events;
using Tideline.Testing;

namespace Tideline.Platform.Tests.Events;

/// <summary>Real processes that are really killed.</summary>
public class ProcessTests
{
    private const string Admin = "TIDELINE_TEST_ADMIN", Prefix = "TIDELINE_TEST_PREFIX", Lease = "TIDELINE_TEST_LEASE";

    private static BookService Book() => new(svc => svc.Handles<Sold, WriteFirst>().Handles<Sold, WriteSecond>());

    /// <summary>What a child process runs: all services, until it is killed.</summary>
    [Fact(Explicit = true)]
    public async Task Child()
    {
        await using var cluster = new BusCluster(Environment.GetEnvironmentVariable(Admin), Environment.GetEnvironmentVariable(Prefix));
        await cluster.StartAsync([new ShopService(), Book()], new(BusCluster.Quick) { ["Bus:RelayBatch"] = "50", ["Bus:ReadBatch"] = "10", ["Bus:MaxAttempts"] = "5", ["Bus:Lease"] = Environment.GetEnvironmentVariable(Lease) }, script: s => s.OnSold = (e, _) =>
        {
            if (e.Article == "poison") Process.GetCurrentProcess().Kill();
            return Task.CompletedTask;
        });
        await Task.Delay(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_a_killed_process_held_is_taken_over_long_before_its_lease_ends()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.BuildAsync([new ShopService(), Book()], new() { ["Bus:Lease"] = "00:05:00" });
        using var child = await StartAsync(cluster, "00:05:00");
        await Eventually.Get(
            () => host.ScalarAsync<long>("bus", "select count(*) from cursor c join member m using (group_name, owner) where m.session is not null"),
            n => n == Partitions.Count, "all held by the child");
        child.Kill();
        await child.WaitForExitAsync();
        await host.Host.StartAsync();
        await host.PublishAsync([.. Enumerable.Range(0, 100).Select(i => new Sold { Article = $"article {i}", Number = i })]);
        Assert.Equal(200, (await host.LinesAsync(200, TimeSpan.FromSeconds(15))).Count);
    }

    [Fact]
    public async Task A_process_that_was_frozen_longer_than_its_lease_does_nothing_twice_when_it_wakes()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync([new ShopService(), Book()]);
        using var child = await StartAsync(cluster);
        try
        {
            await Eventually.Get(
                () => host.QueryAsync("bus", "select count(*) from cursor where owner is not null group by owner", row => row.GetInt64(0)),
                found => found is [8, 8], "both hold their share");
            const int Keys = 25, PerKey = 40;
            var published = 0;
            for (var i = 0; i < PerKey; i++)
            {
                await host.PublishAsync([.. Enumerable.Range(0, Keys).Select(key => new Sold { Article = $"article {key}", Number = i })]);
                published += Keys;
                if (i == 10) Send("STOP", child);
                if (i == 30)
                {
                    // Others have taken its place, and it does not know.
                    await Eventually.Get(
                        () => host.ScalarAsync<long>("bus", "select count(distinct owner) from cursor where owner is not null"), n => n == 1, "one owner");
                    Send("CONT", child);
                }
            }
            var lines = await host.LinesAsync(published * 2, TimeSpan.FromSeconds(60));
            await host.IdleAsync();
            lines = await host.LinesAsync();
            Assert.Equal(published * 2, lines.Count);
            foreach (var key in lines.GroupBy(l => (l.Handler, l.Article))) Assert.Equal(Enumerable.Range(0, PerKey), key.Select(l => l.Number));
        }
        finally
        {
            child.Kill();
        }
    }

    private static void Send(string signal, Process process)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString()]);
        kill.WaitForExit();
    }

    [Fact]
    public async Task An_event_that_kills_its_process_is_a_dead_letter_after_its_attempts_and_the_others_are_handled()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.BuildAsync([new ShopService(), Book()]);
        await host.PublishAsync([.. Enumerable.Range(0, 30).Select(i => new Sold { Article = i == 10 ? "poison" : $"article {i}", Number = i })]);
        var deaths = 0;
        for (; deaths < 20; deaths++)
        {
            using var child = await StartAsync(cluster);
            var dead = child.WaitForExitAsync();
            var buried = Eventually.Get(() => host.ScalarAsync<long>("bus", "select count(*) from dead_letter"), n => n == 1, "buried", TimeSpan.FromSeconds(60));
            if (await Task.WhenAny(dead, buried) == dead && !buried.IsCompletedSuccessfully) continue;
            await host.LinesAsync(58);
            child.Kill();
            await dead;
            break;
        }
        Assert.InRange(deaths, 3, 5);
        Assert.Equal(58, (await host.LinesAsync()).Distinct().Count());
        var letter = Assert.Single(await host.Status.DeadLettersAsync("book", null, null, 10, CancellationToken.None));
        Assert.Equal(("poison", 5), (letter.Event.Key, letter.Attempts));
    }

    private static async Task<Process> StartAsync(BusCluster cluster, string lease = "00:00:01.500")
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["--explicit", "only", "--filter-method", $"*{nameof(ProcessTests)}.{nameof(Child)}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[Admin] = await TestCluster.AdminAsync();
        start.Environment[Prefix] = cluster.Prefix;
        start.Environment[Lease] = lease;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
