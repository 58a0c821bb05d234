using Microsoft.Extensions.DependencyInjection;
using Tideline.Platform.Events;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Tests.Events;

/// <summary>What is old goes, what is still needed stays.</summary>
public class RetentionTests
{
    [Fact]
    public async Task Old_events_go_when_every_group_has_passed_them_and_old_deliveries_unless_their_event_may_come_again()
    {
        await using var cluster = new BusCluster();
        var host = await cluster.StartAsync(
            [new ShopService(), new BookService(svc => svc.Handles<Sold, WriteFirst>()), new LedgerService()], new(BusCluster.Quick) { ["Bus:MaxAttempts"] = "1" },
            script: s => s.OnSold = (e, _) => e.Number == 7 ? throw new InvalidOperationException("Seven is too many.") : Task.CompletedTask);
        await host.PublishAsync([.. Enumerable.Range(0, 100).Select(i => new Sold { Article = $"article {i}", Number = i })]);
        await host.LinesAsync(99);
        await host.IdleAsync();
        await host.Host.StopAsync();
        var letter = Assert.Single(await host.Status.DeadLettersAsync(null, null, null, 10, CancellationToken.None));
        await host.ExecuteAsync("bus", "update log set appended_at = now() - interval '15 days' where payload::jsonb ->> 'number' < '50'");
        await host.ExecuteAsync("bus", "update dead_letter set group_name = 'ledger'"); // It died in the book; say it died in the ledger, whose inbox has it.
        foreach (var service in new[] { "book", "ledger" }) await host.ExecuteAsync(service, "update inbox set handled_at = now() - interval '15 days'");
        await host.ExecuteAsync("book", """
            insert into idempotency_keys (tenant_id, principal, key, fingerprint, status, headers, body, created_at)
            select gen_random_uuid(), 'me', k::text, '', 200, '', '', now() - k * interval '1 hour' from generate_series(1, 30) as k
            """);
        await host.ExecuteAsync("bus", $"update cursor set position = 0 where group_name = 'ledger' and partition = {Partitions.Of("article 1")}");
        var held = await host.ScalarAsync<long>("bus", $"select count(*) from log where partition = {Partitions.Of("article 1")}");
        var old = await host.ScalarAsync<long>("bus", $"select count(*) from log where appended_at < now() - interval '14 days' and partition <> {Partitions.Of("article 1")}");

        await host.Services.GetRequiredService<BusMaintenance>().SweepAsync(new LoopHealth(TimeProvider.System), CancellationToken.None);
        Assert.True(old > 0 && held > 0);
        Assert.Equal(0, await host.ScalarAsync<long>("bus", $"select count(*) from log where appended_at < now() - interval '14 days' and partition <> {Partitions.Of("article 1")}"));
        Assert.Equal(held, await host.ScalarAsync<long>("bus", $"select count(*) from log where partition = {Partitions.Of("article 1")}"));
        Assert.Equal(0, await host.ScalarAsync<long>("book", "select count(*) from inbox"));
        Assert.Equal(letter.Event.Id, await host.ScalarAsync<Guid>("ledger", "select event_id from inbox"));
        Assert.Equal(1, await host.ScalarAsync<long>("ledger", "select count(*) from inbox"));
        Assert.InRange(await host.ScalarAsync<long>("book", "select count(*) from idempotency_keys"), 23, 24);
    }
}
