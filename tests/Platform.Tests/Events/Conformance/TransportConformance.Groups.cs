using Tideline.Platform.Events;
using Tideline.Testing;

namespace Tideline.Platform.Tests.Events.Conformance;

/// <summary>Groups and the processes that share their work.</summary>
public abstract partial class TransportConformance
{
    [Fact]
    public async Task A_new_group_reads_from_the_beginning()
    {
        await using var bed = NewBed();
        var first = await bed.StartAsync([new ShopService()]);
        await first.PublishAsync(Many(1500, 30));
        await first.IdleAsync(Long);
        var later = await bed.StartAsync([Book()]);
        var lines = await later.LinesAsync(1500, Long);
        AssertOnce(lines, 1500);
        AssertOrdered(lines);
    }

    [Fact]
    public async Task A_group_that_was_away_catches_up_where_it_left_off()
    {
        await using var bed = NewBed();
        var shop = await bed.StartAsync([new ShopService()]);
        var book = await bed.StartAsync([Book()]);
        await shop.PublishAsync(Many(100, 10));
        await book.LinesAsync(100, Long);
        await book.Host.StopAsync();
        await shop.PublishAsync([.. Enumerable.Range(100, 900).Select(i => Of($"article {i % 10}", i))]);
        await shop.IdleAsync(Long);
        // The control: had it begun anew, everything would be there twice.
        var again = await bed.StartAsync([Book()], options: o => o.SkipInbox = true);
        var lines = await again.LinesAsync(1000, Long);
        await again.IdleAsync(Long);
        AssertOnce(await again.LinesAsync(), 1000);
        AssertOrdered(lines);
    }

    [Fact]
    public async Task One_groups_trouble_is_not_anothers()
    {
        await using var bed = NewBed();
        var broken = true;
        var host = await bed.StartAsync([new ShopService(), Book(), new LedgerService()], Attempts(100), script: s => s.OnSold = Fail(_ => Volatile.Read(ref broken)));
        await host.PublishAsync(Many(100, 10));
        await Eventually.Get(() => host.LinesAsync("ledger"), found => found.Count == 100, "the other group's", Long);
        Assert.Empty(await host.LinesAsync());
        Volatile.Write(ref broken, false);
        AssertOrdered(await host.LinesAsync(100, Long));
        Assert.Equal(100, (await host.LinesAsync("ledger")).Count);
    }

    [Fact]
    public async Task Events_of_other_types_are_passed_over()
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), new BookService(svc => svc.Handles<Noted, SeeWhoCalls>()), new LedgerService()]);
        await host.PublishAsync(Many(600, 20));
        await host.PublishAsync(new Noted { Number = 7 });
        await host.IdleAsync(Long);
        Assert.Equal([7], host.Script.Callers.Select(c => c.Number));
        await Eventually.Get(
            async () => (await host.Status.GroupsAsync(CancellationToken.None)).Single(g => g.Name == "book").Lag, lag => lag == 0, "nothing behind", Long);
    }

    [Fact]
    public async Task Two_processes_share_the_partitions()
    {
        await using var bed = NewBed();
        var shop = await bed.StartAsync([new ShopService()]);
        var one = await bed.StartAsync([Book()]);
        var two = await bed.StartAsync([Book()]);
        await Owners(shop, [8, 8]);
        await shop.PublishAsync(Many(400, 100));
        AssertOnce(await one.LinesAsync(400, Long), 400);
        Assert.Equal(400, one.Script.Seen.Count + two.Script.Seen.Count);
        Assert.True(one.Script.Seen.Count > 50 && two.Script.Seen.Count > 50, $"{one.Script.Seen.Count} and {two.Script.Seen.Count}");
    }

    [Fact]
    public async Task One_that_joins_gets_its_share_while_events_flow()
    {
        await using var bed = NewBed();
        var shop = await bed.StartAsync([new ShopService()]);
        var one = await bed.StartAsync([Book()]);
        await Owners(shop, [16]);
        var publishing = Task.Run(async () =>
        {
            for (var i = 0; i < 60; i++) await shop.PublishAsync([.. Enumerable.Range(0, 10).Select(key => Of($"article {key}", i))]);
        });
        await one.LinesAsync(50, Long);
        await bed.StartAsync([Book()]);
        await Owners(shop, [8, 8]);
        await publishing;
        var lines = await one.LinesAsync(600, Long);
        AssertOnce(lines, 600);
        AssertOrdered(lines);
    }

    [Fact]
    public async Task One_that_leaves_gives_its_share_back()
    {
        await using var bed = NewBed();
        var shop = await bed.StartAsync([new ShopService()]);
        // So long a lease that nobody could wait for its end.
        var settings = new Dictionary<string, string?> { ["Bus:Lease"] = "00:05:00" };
        var one = await bed.StartAsync([Book()], settings);
        await Owners(shop, [16]);
        await one.Host.StopAsync();
        var two = await bed.StartAsync([Book()], settings);
        await Owners(shop, [16]);
        await shop.PublishAsync(Many(100, 50));
        AssertOnce(await two.LinesAsync(100, Long), 100);
    }

    [Fact]
    public async Task What_a_killed_process_held_is_taken_over_long_before_its_lease_ends()
    {
        await using var bed = NewBed();
        var settings = new Dictionary<string, string?> { ["Bus:Lease"] = "00:05:00" };
        var host = await bed.BuildAsync([new ShopService(), BookOfTwo()], settings);
        var child = await bed.StartChildAsync(settings: settings);
        await Eventually.Get(
            () => host.ScalarAsync<long>("bus", "select count(*) from cursor c join member m using (group_name, owner) where m.session is not null"),
            n => n == Partitions.Count, "all held by the child", Long);
        child.Kill();
        await child.WaitForExitAsync();
        await host.Host.StartAsync();
        await host.PublishAsync(Many(100, 100));
        AssertOnce(await host.LinesAsync(200, Long), 100, handlers: 2);
    }

    [Fact]
    public async Task A_process_frozen_longer_than_its_lease_does_nothing_twice_when_it_wakes()
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), BookOfTwo()]);
        var child = await bed.StartChildAsync();
        await Owners(host, [8, 8]);
        const int Keys = 20, PerKey = 40;
        for (var i = 0; i < PerKey; i++)
        {
            await host.PublishAsync([.. Enumerable.Range(0, Keys).Select(key => Of($"article {key}", i))]);
            if (i == 10) Send("STOP", child.Id);
            if (i != 30) continue;
            await Owners(host, [16]);
            Send("CONT", child.Id);
        }
        await host.LinesAsync(Keys * PerKey * 2, Long);
        await host.IdleAsync(Long);
        var lines = await host.LinesAsync();
        AssertOnce(lines, Keys * PerKey, handlers: 2);
        AssertOrdered(lines);
    }

    [Fact]
    public async Task Leases_that_ran_out_go_to_another()
    {
        await using var bed = NewBed();
        var shop = await bed.StartAsync([new ShopService()]);
        await shop.ExecuteAsync("bus", """
            insert into cursor (group_name, partition, owner, leased_until) select 'book', generate_series(0, 15), 'dead', now() + interval '2 seconds';
            insert into member (group_name, owner, seen_at) values ('book', 'dead', now() + interval '500 milliseconds')
            """);
        await shop.PublishAsync(Many(100, 100));
        var host = await bed.StartAsync([Book()]);
        AssertOnce(await host.LinesAsync(100, Long), 100);
        Assert.Equal(0, await shop.ScalarAsync<long>("bus", "select count(*) from cursor where owner = 'dead'"));
    }

    [Fact]
    public async Task The_status_tells_what_was_published_and_how_far_behind_a_group_is()
    {
        await using var bed = NewBed();
        var shop = await bed.StartAsync([new ShopService()]);
        var book = await bed.StartAsync([Book()]);
        await shop.PublishAsync(Many(50, 10));
        await book.LinesAsync(50, Long);
        await book.Host.StopAsync();
        await shop.PublishAsync(Many(30, 10));
        await shop.IdleAsync(Long);
        Assert.Equal(80, await shop.Status.PublishedLastMinuteAsync(CancellationToken.None));
        Assert.Equal(30, (await shop.Status.GroupsAsync(CancellationToken.None)).Single().Lag);
    }

    private static void Send(string signal, int process)
    {
        using var kill = System.Diagnostics.Process.Start("kill", [$"-{signal}", $"{process}"]);
        kill.WaitForExit();
    }
}
