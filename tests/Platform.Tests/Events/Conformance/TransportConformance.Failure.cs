using Microsoft.EntityFrameworkCore;
using Npgsql;
using Tideline.Testing;

namespace Tideline.Platform.Tests.Events.Conformance;

/// <summary>What fails waits by itself, is counted, and ends where somebody sees it.</summary>
public abstract partial class TransportConformance
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_failing_event_holds_up_its_key_and_no_other(bool runs)
    {
        await using var bed = NewBed();
        var broken = true;
        var host = await bed.StartAsync([new ShopService(), runs ? BookOfRuns() : Book()], Attempts(100),
            script: s => s.OnSold = Fail(e => e is { Article: "bad", Number: 3 } && Volatile.Read(ref broken)));
        var events = Enumerable.Range(0, 10).SelectMany(n => Enumerable.Range(0, 30).Select(a => Of($"good {a}", n)).Append(Of("bad", n))).ToArray();
        foreach (var part in events.Chunk(50)) await host.PublishAsync([.. part]);
        var lines = await host.LinesAsync(303, Long);
        Assert.Equal([0, 1, 2], lines.Where(l => l.Article == "bad").Select(l => l.Number));
        await Parked(host, 7);
        Volatile.Write(ref broken, false);
        lines = await host.LinesAsync(310, Long);
        Assert.Equal(Enumerable.Range(0, 10), lines.Where(l => l.Article == "bad").Select(l => l.Number));
        await host.IdleAsync(Long);
        Assert.Equal(0, (await host.Status.GroupsAsync(CancellationToken.None))[0].Parked);
    }

    [Fact]
    public async Task What_is_published_under_a_key_that_waits_waits_behind_it()
    {
        await using var bed = NewBed();
        var broken = true;
        var host = await bed.StartAsync([new ShopService(), Book()], Attempts(100), script: s => s.OnSold = Fail(e => e.Number == 0 && Volatile.Read(ref broken)));
        await host.PublishAsync(Of("tea", 0));
        await Parked(host, 1);
        await host.PublishAsync(Of("tea", 1));
        await Parked(host, 2);
        await host.PublishAsync(Of("tea", 2));
        await Parked(host, 3);
        Assert.Empty(await host.LinesAsync());
        Volatile.Write(ref broken, false);
        Assert.Equal([0, 1, 2], (await host.LinesAsync(3, Long)).Select(l => l.Number));
    }

    [Fact]
    public async Task What_waits_survives_the_end_of_its_process()
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), Book()], Attempts(100), script: s => s.OnSold = Fail(e => e.Number == 0));
        await host.PublishAsync(Of("tea", 0), Of("tea", 1), Of("milk", 2));
        await Parked(host, 2);
        await host.LinesAsync(1);
        await host.Host.StopAsync();
        var next = await bed.StartAsync([new ShopService(), Book()]);
        Assert.Equal([2, 0, 1], (await next.LinesAsync(3, Long)).Select(l => l.Number));
    }

    [Fact]
    public async Task After_its_attempts_an_event_is_a_dead_letter_and_its_key_goes_on()
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), Book()], Attempts(4), script: s => s.OnSold = Fail(e => e.Number == 1));
        await host.PublishAsync(Of("tea", 0), Of("tea", 1), Of("tea", 2));
        Assert.Equal([0, 2], (await host.LinesAsync(2, Long)).Select(l => l.Number));
        var letter = await Letter(host);
        Assert.Equal(("book", 4, "tea"), (letter.Group, letter.Attempts, letter.Event.Key));
        Assert.Contains("I do not sell tea 1.", letter.Error, StringComparison.Ordinal);
        // One more than counted: the run of three was tried together first.
        Assert.InRange(host.Script.Seen.Count(s => s.Event.Number == 1), 4, 6);
    }

    [Fact]
    public async Task A_dead_letter_that_is_replayed_is_handled_once_however_often_it_is_asked_for()
    {
        await using var bed = NewBed();
        var broken = true;
        var host = await bed.StartAsync([new ShopService(), Book()], Attempts(2), script: s => s.OnSold = Fail(e => e.Number == 1 && Volatile.Read(ref broken)));
        await host.PublishAsync(Of("tea", 0), Of("tea", 1), Of("tea", 2));
        var letter = await Letter(host);
        await host.LinesAsync(2, Long);
        Volatile.Write(ref broken, false);
        Assert.False(await host.Status.ReplayAsync(letter.Id, Guid.NewGuid(), CancellationToken.None));
        var asked = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.Status.ReplayAsync(letter.Id, host.Tenant, CancellationToken.None)));
        Assert.Single(asked, true);
        Assert.Equal([0, 2, 1], (await host.LinesAsync(3, Long)).Select(l => l.Number));
        await host.IdleAsync(Long);
        Assert.Equal(3, (await host.LinesAsync()).Count);
    }

    [Fact]
    public async Task A_letter_that_dies_again_is_a_new_letter_and_one_that_is_discarded_is_gone()
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), Book()], Attempts(2), script: s => s.OnSold = Fail(_ => true));
        await host.PublishAsync(Of("tea", 0));
        var first = await Letter(host);
        Assert.True(await host.Status.ReplayAsync(first.Id, null, CancellationToken.None));
        var second = await Letter(host, first.Id);
        Assert.Equal(first.Event, second.Event);
        Assert.True(await host.Status.DiscardAsync(second.Id, null, CancellationToken.None));
        Assert.False(await host.Status.ReplayAsync(second.Id, null, CancellationToken.None));
        Assert.Empty(await host.Status.DeadLettersAsync(null, null, null, 10, CancellationToken.None));
        Assert.Empty(await host.LinesAsync());
    }

    [Fact]
    public async Task What_cannot_be_read_is_a_dead_letter_at_once_and_holds_up_nothing()
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), Book()]);
        await host.ExecuteAsync("shop", $$"""
            insert into outbox (id, tenant_id, type, version, key, time, payload) values
                (gen_random_uuid(), '{{host.Tenant}}', 'test.sold', 1, 'tea', now(), '{"article": 7'),
                (gen_random_uuid(), '{{host.Tenant}}', 'test.sold', 1, 'tea', now(), 'null'),
                (gen_random_uuid(), '{{host.Tenant}}', 'test.sold', 1, 'tea', now(), '')
            """);
        await host.PublishAsync(Of("tea", 1));
        await host.LinesAsync(1);
        await host.IdleAsync(Long);
        var letters = await host.Status.DeadLettersAsync("book", null, null, 10, CancellationToken.None);
        Assert.Equal(["", "null", "{\"article\": 7"], letters.Select(l => l.Event.Payload).Order(StringComparer.Ordinal));
        Assert.All(letters, l => Assert.Equal(1, l.Attempts));
    }

    [Fact]
    public async Task A_payload_newer_than_the_process_waits_for_one_that_understands_it()
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), Book()], Attempts(100));
        await host.ExecuteAsync("shop", $$"""
            insert into outbox (id, tenant_id, type, version, key, time, payload) values
                (gen_random_uuid(), '{{host.Tenant}}', 'test.sold', 2, 'tea', now(), '{"article":"tea","number":1}')
            """);
        await host.PublishAsync(Of("tea", 2), Of("milk", 3));
        await host.LinesAsync(1);
        await Parked(host, 2);
        await host.ExecuteAsync("bus", "update parked set version = 1");
        Assert.Equal([3, 1, 2], (await host.LinesAsync(3, Long)).Select(l => l.Number));
    }

    [Fact]
    public async Task A_handler_that_does_not_end_has_failed()
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), Book()], new(Attempts(2)) { ["Bus:HandlerTimeout"] = "00:00:00.200" },
            script: s => s.OnSold = (_, ct) => Task.Delay(Timeout.Infinite, ct));
        await host.PublishAsync(Of("tea", 0));
        Assert.Contains("Not done within 0.2 s", (await Letter(host)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_that_collide_once_succeed_without_waiting()
    {
        await using var bed = NewBed();
        var tries = 0;
        var host = await bed.StartAsync([new ShopService(), Book()], script: s => s.OnSold = (_, _) =>
            Interlocked.Increment(ref tries) < 3 ? throw new DbUpdateConcurrencyException("Somebody was faster.") : Task.CompletedTask);
        await host.PublishAsync(Of("tea", 0));
        await host.LinesAsync(1);
        Assert.Equal(0, await NeverParked(host));
    }

    [Fact]
    public async Task A_database_of_a_service_that_does_not_answer_is_nobodys_failure()
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), Book()]);
        await host.PublishAsync(Of("tea", 0));
        await host.LinesAsync(1);
        var database = new NpgsqlConnectionStringBuilder(host.Databases.For("book").Application).Database;
        await host.ExecuteAsync("bus", $"alter database \"{database}\" allow_connections false");
        await host.ExecuteAsync("bus", $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}'");
        await host.PublishAsync(Of("tea", 1), Of("milk", 2));
        await Eventually.Get(() => Waiting(host), n => n == 0, "all in the log", Long);
        await host.ExecuteAsync("bus", $"alter database \"{database}\" allow_connections true");
        Assert.Equal([0, 1, 2], (await host.LinesAsync(3, Long)).Select(l => l.Number).Order());
        Assert.Equal(0, await NeverParked(host));
    }

    [Fact]
    public async Task An_event_that_kills_its_process_is_a_dead_letter_after_its_attempts_and_the_others_are_handled()
    {
        await using var bed = NewBed();
        var host = await bed.BuildAsync([new ShopService(), BookOfTwo()]);
        await host.PublishAsync([.. Enumerable.Range(0, 30).Select(i => Of(i == 10 ? "poison" : $"article {i}", i))]);
        var deaths = 0;
        for (; deaths < 20; deaths++)
        {
            var child = await bed.StartChildAsync(settings: Attempts(5));
            var dead = child.WaitForExitAsync();
            var buried = Eventually.Get(() => host.ScalarAsync<long>("bus", "select count(*) from dead_letter"), n => n == 1, "buried", Long);
            if (await Task.WhenAny(dead, buried) == dead && !buried.IsCompletedSuccessfully) continue;
            await host.LinesAsync(58, Long);
            break;
        }
        Assert.InRange(deaths, 3, 5);
        AssertOnce(await host.LinesAsync(), 29, handlers: 2);
        Assert.Equal(("poison", 5), ((await Letter(host)).Event.Key, (await Letter(host)).Attempts));
    }
}
