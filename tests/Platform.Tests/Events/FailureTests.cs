using Tideline.Platform.Events;
using Tideline.Testing;

namespace Tideline.Platform.Tests.Events;

/// <summary>What fails waits by itself, is counted, and ends where somebody sees it.</summary>
public class FailureTests
{
    private static BookService Book() => new(svc => svc.Handles<Sold, WriteFirst>());

    private static BookService BookOfRuns() => new(svc => svc.HandlesMany<Sold, WriteMany>());

    private static Sold Of(string article, int number) => new() { Article = article, Number = number };

    private static Func<Sold, CancellationToken, Task> Fail(Func<Sold, bool> when) =>
        (sold, _) => when(sold) ? throw new InvalidOperationException($"I do not sell {sold.Article} {sold.Number}.") : Task.CompletedTask;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_failing_event_holds_up_its_key_and_no_other(bool runs)
    {
        await using var cluster = new BusCluster();
        var broken = true;
        var host = await cluster.StartAsync([new ShopService(), runs ? BookOfRuns() : Book()], new(BusCluster.Quick) { ["Bus:MaxAttempts"] = "100" },
            script: s => s.OnSold = Fail(e => e is { Article: "bad", Number: 3 } && Volatile.Read(ref broken)));
        var events = Enumerable.Range(0, 10).SelectMany(n => Enumerable.Range(0, 60).Select(a => Of($"good {a}", n)).Append(Of("bad", n))).ToArray();
        foreach (var part in events.Chunk(100)) await host.PublishAsync([.. part]);
        var lines = await host.LinesAsync(603);
        Assert.Equal([0, 1, 2], lines.Where(l => l.Article == "bad").Select(l => l.Number));
        Assert.Equal(600, lines.Count(l => l.Article != "bad"));
        var groups = await Eventually.Get(() => host.Status.GroupsAsync(CancellationToken.None), found => found is [{ Parked: 7 }], "seven that wait");
        Assert.Equal(0, groups[0].DeadLetters);

        Volatile.Write(ref broken, false);
        lines = await host.LinesAsync(610);
        Assert.Equal(Enumerable.Range(0, 10), lines.Where(l => l.Article == "bad").Select(l => l.Number));
        await host.IdleAsync();
        Assert.Equal(0, (await host.Status.GroupsAsync(CancellationToken.None))[0].Parked);
    }

    [Fact]
    public async Task The_latency_of_other_keys_does_not_suffer()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync([new ShopService(), Book()], new(BusCluster.Quick) { ["Bus:MaxAttempts"] = "100" }, script: s => s.OnSold = async (e, ct) =>
        {
            if (e.Article != "bad") return;
            await Task.Delay(300, ct);
            throw new InvalidOperationException("Slow and wrong.");
        });
        await host.PublishAsync(Of("bad", 0));
        await Eventually.Get(async () => (await host.Status.GroupsAsync(CancellationToken.None)).Sum(g => g.Parked), n => n == 1, "parked");
        // The same partition, so the same lane: its retries go on meanwhile.
        var same = Enumerable.Range(0, 1000).Select(i => $"good {i}").First(a => Partitions.Of(a) == Partitions.Of("bad"));
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 20; i++)
        {
            var from = TimeProvider.System.GetTimestamp();
            await host.PublishAsync(Of(same, i));
            await Eventually.Get(() => Task.FromResult(host.Script.Seen.Count(s => s.Event.Article == same)), n => n > i, "the good one");
            waits.Add(TimeProvider.System.GetElapsedTime(from));
        }
        waits.Sort();
        Assert.True(waits[15] < TimeSpan.FromMilliseconds(300), $"waited {waits[15].TotalMilliseconds:0} ms behind a failing key");
        Assert.True(host.Script.Seen.Count(s => s.Event.Article == "bad") > 1, "there were no retries to suffer from");
    }

    [Fact]
    public async Task After_its_attempts_an_event_is_a_dead_letter_and_its_key_goes_on()
    {
        await using var cluster = new BusCluster();
        var broken = true;
        var host = await cluster.StartAsync([new ShopService(), Book()], new(BusCluster.Quick) { ["Bus:MaxAttempts"] = "4" },
            script: s => s.OnSold = Fail(e => e.Number == 1 && Volatile.Read(ref broken)));
        await host.PublishAsync(Of("tea", 0), Of("tea", 1), Of("tea", 2));
        Assert.Equal([0, 2], (await host.LinesAsync(2)).Select(l => l.Number));
        var letter = Assert.Single(await host.Status.DeadLettersAsync("book", null, null, 10, CancellationToken.None));
        Assert.Equal(("book", 4, "tea"), (letter.Group, letter.Attempts, letter.Event.Key));
        Assert.Contains("I do not sell tea 1.", letter.Error, StringComparison.Ordinal);
        // One more than counted: the run of three was tried together first.
        Assert.InRange(host.Script.Seen.Count(s => s.Event.Number == 1), 4, 6);
        Assert.Empty(await host.Status.DeadLettersAsync(null, Guid.NewGuid(), null, 10, CancellationToken.None));

        Volatile.Write(ref broken, false);
        Assert.False(await host.Status.ReplayAsync(letter.Id, Guid.NewGuid(), CancellationToken.None));
        var asked = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.Status.ReplayAsync(letter.Id, host.Tenant, CancellationToken.None)));
        Assert.Single(asked, true);
        Assert.Equal([0, 2, 1], (await host.LinesAsync(3)).Select(l => l.Number));
        await host.IdleAsync();
        Assert.Equal(3, (await host.LinesAsync()).Count);
        Assert.Empty(await host.Status.DeadLettersAsync(null, null, null, 10, CancellationToken.None));
    }

    [Fact]
    public async Task A_letter_that_dies_again_is_a_new_letter_and_one_that_is_discarded_is_gone()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync([new ShopService(), Book()], new(BusCluster.Quick) { ["Bus:MaxAttempts"] = "2" }, script: s => s.OnSold = Fail(_ => true));
        await host.PublishAsync(Of("tea", 0));
        var first = await Letter(host, null);
        Assert.True(await host.Status.ReplayAsync(first.Id, null, CancellationToken.None));
        var second = await Letter(host, first.Id);
        Assert.Equal(first.Event.Id, second.Event.Id);
        Assert.True(await host.Status.DiscardAsync(second.Id, null, CancellationToken.None));
        Assert.False(await host.Status.ReplayAsync(second.Id, null, CancellationToken.None));
        Assert.Empty(await host.Status.DeadLettersAsync(null, null, null, 10, CancellationToken.None));
    }

    [Fact]
    public async Task What_cannot_be_read_is_a_dead_letter_at_once()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync([new ShopService(), Book()]);
        await host.ExecuteAsync("shop", $$"""
            insert into outbox (id, tenant_id, type, version, key, time, payload) values
                (gen_random_uuid(), '{{host.Tenant}}', 'test.sold', 1, 'tea', now(), '{"article": 7'),
                (gen_random_uuid(), '{{host.Tenant}}', 'test.sold', 1, 'tea', now(), 'null'),
                (gen_random_uuid(), '{{host.Tenant}}', 'test.sold', 1, 'tea', now(), '{"article":"tea"}')
            """);
        await host.PublishAsync(Of("tea", 1));
        await host.LinesAsync(1);
        await host.IdleAsync();
        var letters = await host.Status.DeadLettersAsync("book", null, null, 10, CancellationToken.None);
        Assert.Equal(3, letters.Count);
        Assert.All(letters, l => Assert.Equal(1, l.Attempts));
    }

    [Fact]
    public async Task A_payload_newer_than_the_process_waits_for_one_that_understands_it()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync([new ShopService(), Book()], new(BusCluster.Quick) { ["Bus:MaxAttempts"] = "100" });
        await host.ExecuteAsync("shop", $$"""
            insert into outbox (id, tenant_id, type, version, key, time, payload) values
                (gen_random_uuid(), '{{host.Tenant}}', 'test.sold', 2, 'tea', now(), '{"article":"tea","number":1}')
            """);
        await host.PublishAsync(Of("tea", 2), Of("milk", 3));
        await host.LinesAsync(1);
        await Eventually.Get(async () => (await host.Status.GroupsAsync(CancellationToken.None)).Sum(g => g.Parked), n => n == 2, "both of the key wait");
        await host.ExecuteAsync("bus", "update parked set version = 1");
        Assert.Equal([3, 1, 2], (await host.LinesAsync(3)).Select(l => l.Number));
    }

    [Fact]
    public async Task A_handler_that_does_not_end_has_failed()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync([new ShopService(), Book()], new(BusCluster.Quick) { ["Bus:MaxAttempts"] = "2", ["Bus:HandlerTimeout"] = "00:00:00.200" },
            script: s => s.OnSold = (_, ct) => Task.Delay(Timeout.Infinite, ct));
        await host.PublishAsync(Of("tea", 0));
        Assert.Contains("Not done within 0.2 s", (await Letter(host, null)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_that_collide_once_succeed_without_waiting()
    {
        await using var cluster = new BusCluster();
        var tries = 0;
        var host = await cluster.StartAsync([new ShopService(), Book()], script: s => s.OnSold = (_, _) =>
            Interlocked.Increment(ref tries) < 3 ? throw new Microsoft.EntityFrameworkCore.DbUpdateConcurrencyException("Somebody was faster.") : Task.CompletedTask);
        await host.PublishAsync(Of("tea", 0));
        await host.LinesAsync(1);
        Assert.Equal(0, await host.ScalarAsync<long>("bus", "select n_tup_ins from pg_stat_user_tables where relname = 'parked'"));
    }

    [Fact]
    public async Task When_a_process_dies_again_and_again_its_next_events_are_taken_one_at_a_time_and_counted_first()
    {
        await using var cluster = new BusCluster();
        var shop = await cluster.StartAsync([new ShopService()]);
        await shop.PublishAsync(Of("tea", 0), Of("tea", 1));
        await shop.IdleAsync();
        var attempts = new List<int>();
        // As three processes left it that died of what comes next.
        await shop.ExecuteAsync("bus", "insert into cursor (group_name, partition, takeovers) select 'book', generate_series(0, 15), 3");
        BusHost? host = null;
        host = await cluster.StartAsync([Book()], script: s => s.OnSold = async (e, _) =>
        {
            if (e.Number == 0) attempts.Add(await host!.ScalarAsync<int>("bus", "select attempts from parked order by position limit 1"));
        });
        Assert.Equal([0, 1], (await host.LinesAsync(2)).Select(l => l.Number));
        Assert.Equal([4], attempts);
        await host.IdleAsync();
        Assert.Equal(0, await host.ScalarAsync<int>("bus", $"select takeovers from cursor where partition = {Partitions.Of("tea")}"));
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_nobodys_failure()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync([new ShopService(), Book()]);
        await host.PublishAsync(Of("tea", 0));
        await host.LinesAsync(1);
        var database = new Npgsql.NpgsqlConnectionStringBuilder(host.Databases.For("book").Application).Database;
        await host.ExecuteAsync("bus", $"alter database \"{database}\" allow_connections false");
        await host.ExecuteAsync("bus", $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}'");
        await host.PublishAsync(Of("tea", 1), Of("milk", 2));
        var log = await Eventually.Get(() => host.ScalarAsync<long>("bus", "select count(*) from log"), n => n == 3, "all in the log");
        Assert.Equal(3, log);
        await host.ExecuteAsync("bus", $"alter database \"{database}\" allow_connections true");
        Assert.Equal([0, 1, 2], (await host.LinesAsync(3, TimeSpan.FromSeconds(30))).Select(l => l.Number).Order());
        Assert.Equal(0, await host.ScalarAsync<long>("bus", "select n_tup_ins from pg_stat_user_tables where relname = 'parked'"));
    }

    private static async Task<DeadLetter> Letter(BusHost host, Guid? other)
    {
        var letters = await Eventually.Get(
            () => host.Status.DeadLettersAsync(null, null, null, 10, CancellationToken.None), found => found.Any(l => l.Id != other), "a dead letter");
        return letters.First(l => l.Id != other);
    }
}
