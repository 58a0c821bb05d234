using Microsoft.Extensions.DependencyInjection;
using Tideline.Platform.Events;
using Tideline.Platform.Events.Log;
using Tideline.Platform.Security;
using Tideline.Testing;

namespace Tideline.Platform.Tests.Events;

/// <summary>Nothing is skipped, and each key keeps its order.</summary>
public class OrderTests
{
    private static BookService Book() => new(svc => svc.Handles<Sold, WriteFirst>());

    [Fact]
    public async Task A_slow_transaction_with_a_lower_number_is_not_skipped()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync([new ShopService(), Book()]);
        await using var scope = host.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Caller>().UseTenant(host.Tenant);
        var db = scope.ServiceProvider.GetRequiredService<ShopDb>();
        await using var slow = await db.Database.BeginTransactionAsync();
        db.Publish(new Sold { Article = "slow", Number = 1 });
        await db.SaveChangesAsync();
        await host.PublishAsync(new Sold { Article = "fast", Number = 2 });
        await host.LinesAsync(1);
        // What a cursor over the numbers would do: it has seen the higher one, and asks for more than that from now on.
        const string BehindTheCursor = "select count(*) from outbox where seq > 2";
        await slow.CommitAsync();
        Assert.Equal(0, await host.ScalarAsync<long>("shop", BehindTheCursor));
        Assert.Equal([2, 1], (await host.LinesAsync(2)).Select(l => l.Number));
    }

    [Fact]
    public async Task Events_of_one_transaction_keep_the_order_in_which_they_were_published()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync([new ShopService(), Book()]);
        await host.PublishAsync([.. Enumerable.Range(0, 300).Select(i => new Sold { Article = "tea", Number = i })]);
        Assert.Equal(Enumerable.Range(0, 300), (await host.LinesAsync(300)).Select(l => l.Number));
    }

    [Fact]
    public async Task The_outbox_is_written_after_the_rows_that_its_messages_speak_of()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync([new ShopService(), new BookService(svc => svc.HandlesMany<Sold, WriteZebra>())]);
        // Sees what is in the outbox at the moment a row of a table with a later name is written.
        await host.ExecuteAsync("book", """
            create table zebras (tenant_id uuid not null, id uuid not null, outbox_before bigint, primary key (tenant_id, id));
            grant all on zebras to public;
            create function look() returns trigger language plpgsql security definer as
                'begin new.outbox_before := (select count(*) from outbox); return new; end';
            create trigger look before insert on zebras for each row execute function look()
            """);
        await host.PublishAsync(new Sold { Article = "tea", Number = 1 });
        await Eventually.Get(() => host.ScalarAsync<long>("book", "select count(*) from zebras"), n => n == 1, "a zebra");
        Assert.Equal(0, await host.ScalarAsync<long>("book", "select outbox_before from zebras"));
        await host.IdleAsync();
        Assert.Equal(1, await host.ScalarAsync<long>("bus", "select count(*) from log where type = 'test.noted'"));
    }

    [Fact]
    public async Task What_is_cleared_from_the_tracker_is_not_published()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync([new ShopService(), Book()]);
        await using var scope = host.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Caller>().UseTenant(host.Tenant);
        var db = scope.ServiceProvider.GetRequiredService<ShopDb>();
        db.Publish(new Sold { Article = "tea", Number = 1 });
        db.ChangeTracker.Clear();
        db.Publish(new Sold { Article = "tea", Number = 2 });
        Assert.Equal(1, await db.SaveChangesAsync());
        Assert.Equal(0, await db.SaveChangesAsync());
        await host.IdleAsync();
        Assert.Equal([2], (await host.LinesAsync()).Select(l => l.Number));
    }

    [Fact]
    public async Task A_save_that_failed_is_published_once_when_it_is_tried_again()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync([new ShopService(), Book()]);
        await using var scope = host.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Caller>().UseTenant(host.Tenant);
        var db = scope.ServiceProvider.GetRequiredService<ShopDb>();
        db.Publish(new Sold { Article = "tea", Number = 1 });
        await host.ExecuteAsync("shop", "alter table outbox rename to away");
        await Assert.ThrowsAnyAsync<Exception>(() => db.SaveChangesAsync());
        await host.ExecuteAsync("shop", "alter table away rename to outbox");
        await db.SaveChangesAsync();
        await host.IdleAsync();
        Assert.Equal([1], (await host.LinesAsync(1)).Select(l => l.Number));
    }

    [Fact]
    public async Task A_reader_of_the_log_meets_every_event_of_many_writers_once_and_in_order()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.BuildAsync([new ShopService()], poolSize: 30);
        var bus = host.Services.GetRequiredService<BusDatabase>();
        const int Writers = 12, Appends = 250;
        var done = 0;
        var writing = Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var random = new Random(writer);
            var appender = new LogAppender(bus);
            for (var i = 0; i < Appends; i++)
            {
                var batch = Enumerable.Range(0, random.Next(1, 8)).Select(n => Envelope($"{writer}-{random.Next(40)}", $"{writer}.{i}.{n}")).ToList();
                await appender.AppendAsync(batch, CancellationToken.None);
            }
            Interlocked.Increment(ref done);
        })).ToList();

        var reader = new LogReader(bus, new PostgresLog(bus), new LogTail(), "reader", ["test.sold"]);
        var cursors = new long[Partitions.Count];
        var read = new List<EventEnvelope>();
        bool ended;
        do
        {
            ended = Volatile.Read(ref done) == Writers || writing.Any(w => w.IsFaulted);
            for (short partition = 0; partition < Partitions.Count; partition++)
            {
                var found = (await reader.ReadAsync([new LogRange(partition, cursors[partition], long.MaxValue)], 500, CancellationToken.None))[0].Deliveries;
                for (var i = 0; i < found.Count; i++) Assert.Equal(cursors[partition] + i + 1, found[i].Position);
                if (found.Count > 0) cursors[partition] = found[^1].Position;
                read.AddRange(found.Select(f => f.Event));
            }
        }
        while (!ended);
        await Task.WhenAll(writing);
        Assert.Equal(await host.ScalarAsync<long>("bus", "select count(*) from log"), read.Count);
        Assert.Equal(read.Count, read.Select(e => e.Id).Distinct().Count());
        foreach (var key in read.GroupBy(e => e.Key))
        {
            var order = key.Select(e => e.Payload.Split('.').Select(int.Parse).Skip(1).ToArray()).Select(p => (p[0] * 100) + p[1]).ToList();
            Assert.Equal(order.Order(), order);
        }
    }

    [Fact]
    public async Task Each_key_keeps_its_order_over_four_processes_that_come_and_go()
    {
        await using var cluster = new BusCluster();
        const int Keys = 30, PerKey = 60;
        var shop = await cluster.StartAsync([new ShopService()]);
        var hosts = new List<BusHost>();
        for (var i = 0; i < 3; i++) hosts.Add(await cluster.StartAsync([Book()]));
        var publishing = Task.WhenAll(Enumerable.Range(0, Keys).Select(async key =>
        {
            for (var i = 0; i < PerKey; i++) await shop.PublishAsync(new Sold { Article = $"article {key}", Number = i });
        }));
        await hosts[0].LinesAsync(200);
        hosts.Add(await cluster.StartAsync([Book()]));
        await Eventually.Get(() => Owners(shop), o => o.Count == 4 && o.All(n => n == 4), "four owners of four partitions each");
        await hosts[1].Host.StopAsync();
        await publishing;
        var lines = await hosts[0].LinesAsync(Keys * PerKey, TimeSpan.FromSeconds(40));
        Assert.Equal(Keys * PerKey, lines.Count);
        foreach (var key in lines.GroupBy(l => l.Article)) Assert.Equal(Enumerable.Range(0, PerKey), key.Select(l => l.Number));
        Assert.Equal(0, await shop.ScalarAsync<long>("bus", "select count(*) from parked"));
    }

    [Fact]
    public async Task Partitions_of_a_process_that_died_go_to_another_when_their_lease_has_run_out()
    {
        await using var cluster = new BusCluster();
        var shop = await cluster.StartAsync([new ShopService()]);
        await shop.ExecuteAsync("bus", """
            insert into cursor (group_name, partition, owner, leased_until) select 'book', generate_series(0, 15), 'dead', now() + interval '2 seconds';
            insert into member (group_name, owner, seen_at) values ('book', 'dead', now() + interval '500 milliseconds')
            """);
        await shop.PublishAsync([.. Enumerable.Range(0, 100).Select(i => new Sold { Article = $"article {i}", Number = i })]);
        var host = await cluster.StartAsync([Book()]);
        Assert.Empty(await host.LinesAsync());
        Assert.Equal(100, (await host.LinesAsync(100)).Distinct().Count());
        Assert.Equal(0, await shop.ScalarAsync<long>("bus", "select count(*) from cursor where owner = 'dead'"));
    }

    [Fact]
    public async Task News_that_nobody_told_are_found_by_looking()
    {
        await using var cluster = new BusCluster();
        var settings = new Dictionary<string, string?>(BusCluster.Quick) { ["Bus:Notifications"] = "false", ["Bus:LogPoll"] = "00:00:00.200" };
        var shop = await cluster.StartAsync([new ShopService()], settings);
        var host = await cluster.StartAsync([Book()], settings);
        await shop.PublishAsync(new Sold { Article = "tea", Number = 1 });
        await host.LinesAsync(1, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_listener_that_was_cut_off_comes_back()
    {
        await using var cluster = new BusCluster();
        var settings = new Dictionary<string, string?>(BusCluster.Quick) { ["Bus:LogPoll"] = "00:01:00" };
        var shop = await cluster.StartAsync([new ShopService()], settings);
        var host = await cluster.StartAsync([Book()], settings);
        await Listening(host, 2);
        await shop.PublishAsync(new Sold { Article = "tea", Number = 1 });
        await host.LinesAsync(1, TimeSpan.FromSeconds(5));
        var cut = await host.QueryAsync(
            "bus", "select pid from pg_stat_activity where application_name = 'tideline-listen' and datname = current_database()", row => row.GetInt32(0));
        foreach (var pid in cut) await host.ExecuteAsync("bus", $"select pg_terminate_backend({pid})");
        await Eventually.Get(
            () => host.ScalarAsync<long>("bus", $"select count(*) from pg_stat_activity where pid = any(array[{string.Join(',', cut)}])"), n => n == 0, "cut off");
        await Listening(host, 2);
        await shop.PublishAsync(new Sold { Article = "tea", Number = 2 });
        await host.LinesAsync(2, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_transaction_left_open_in_another_database_delays_nothing()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync([new ShopService(), Book(), new LedgerService()]);
        await using var connection = await host.OpenAsync("ledger");
        await using var open = await connection.BeginTransactionAsync();
        await using (var write = new Npgsql.NpgsqlCommand("create table held (id int)", connection, open)) await write.ExecuteNonQueryAsync();
        await host.PublishAsync(new Sold { Article = "tea", Number = 1 });
        await host.LinesAsync(1, TimeSpan.FromSeconds(3));
        await open.RollbackAsync();
    }

    private static Task<long> Listening(BusHost host, int count) => Eventually.Get(
        () => host.ScalarAsync<long>("bus", "select count(*) from pg_stat_activity where application_name = 'tideline-listen' and datname = current_database() and query like 'listen%'"),
        n => n == count, "listeners");

    private static Task<List<long>> Owners(BusHost host) =>
        host.QueryAsync("bus", "select count(*) from cursor where group_name = 'book' and owner is not null group by owner", row => row.GetInt64(0));

    private static EventEnvelope Envelope(string key, string payload) => new(
        Guid.CreateVersion7(), "shop", "test.sold", 1, key, null, DateTimeOffset.UtcNow, payload, null, null, null);
}
