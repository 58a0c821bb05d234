using System.Text;
using RabbitMQ.Client;
using Tideline.Platform.Events;
using Tideline.Testing;

namespace Tideline.Platform.Tests.Events.Conformance;

/// <summary>The suite on RabbitMQ, and what can happen only there.</summary>
public class RabbitMqConformance(RabbitMqUnderTest transport) : TransportConformance(transport), IClassFixture<RabbitMqUnderTest>
{
    private readonly RabbitMqUnderTest _node = transport;

    [Fact]
    public async Task A_message_of_somebody_else_is_passed_over()
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), Book()]);
        await host.PublishAsync(Of("tea", 1));
        await host.LinesAsync(1);
        await using (var connection = await new ConnectionFactory { Uri = _node.Uri }.CreateConnectionAsync())
        await using (var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true)))
        {
            var stream = $"{bed.Installation}.1.{Partitions.Of("tea"):00}";
            await channel.BasicPublishAsync("", stream, mandatory: true, new BasicProperties(), Encoding.UTF8.GetBytes("hello"));
            await channel.BasicPublishAsync("", stream, mandatory: true, new BasicProperties { Headers = new Dictionary<string, object?> { ["cloudEvents:specversion"] = "1.0", ["cloudEvents:id"] = "7" } }, new byte[] { 0xff });
        }
        await host.PublishAsync(Of("tea", 2));
        Assert.Equal([1, 2], (await host.LinesAsync(2)).Select(l => l.Number));
        await host.IdleAsync();
        // A group that comes later reads past it, too.
        var later = await bed.StartAsync([new LedgerService()]);
        await Eventually.Get(() => later.LinesAsync("ledger"), found => found.Count == 2, "both");
    }

    [Fact]
    public async Task When_the_streams_are_deleted_new_ones_are_made_and_what_is_published_from_then_on_arrives()
    {
        await using var bed = NewBed();
        var shop = await bed.StartAsync([new ShopService()]);
        var book = await bed.StartAsync([Book()]);
        await shop.PublishAsync(Many(100, 20));
        await book.LinesAsync(100);
        await book.IdleAsync();
        await _node.DeleteAsync(bed.Installation, 1);
        await shop.PublishAsync([.. Enumerable.Range(100, 40).Select(i => Of($"article {i % 20}", i))]);
        var lines = await book.LinesAsync(140, Long);
        AssertOnce(lines, 140);
        AssertOrdered(lines);
        // Positions go on counting, so none means two events.
        Assert.Equal(140, await shop.ScalarAsync<long>("bus", "select sum(position)::bigint from head"));
    }

    [Fact]
    public async Task An_installation_changes_to_the_broker_and_back_without_losing_or_repeating_anything()
    {
        await using var bed = NewBed();
        var postgres = new Dictionary<string, string?> { ["Bus:Transport"] = "Postgres" };
        var host = await bed.StartAsync([new ShopService(), Book()], postgres, options: o => o.SkipInbox = true, script: s => s.OnSold = Fail(e => e.Number == 3));
        await host.PublishAsync(Many(50, 10));
        await Parked(host, 5);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => bed.BuildAsync([new ShopService(), Book()]));
        Assert.Contains("Stop all", refused.Message, StringComparison.Ordinal);
        await Eventually.Get(() => Waiting(host), n => n == 0, "nothing in the outbox");
        await host.Host.StopAsync();

        await host.ExecuteAsync("bus", "update cursor set position = position - 1 where position > 0");
        refused = await Assert.ThrowsAsync<InvalidOperationException>(() => bed.BuildAsync([new ShopService(), Book()]));
        Assert.Contains("book (", refused.Message, StringComparison.Ordinal);
        await host.ExecuteAsync("bus", "update cursor set position = position + 1 where position > 0");

        // What waits goes along: it is in the bus database.
        var rabbit = await bed.StartAsync([new ShopService(), Book()], options: o => o.SkipInbox = true);
        await rabbit.PublishAsync([.. Enumerable.Range(50, 50).Select(i => Of($"article {i % 10}", i))]);
        await rabbit.LinesAsync(100, Long);
        await rabbit.IdleAsync(Long);
        await rabbit.Host.StopAsync();

        var back = await bed.StartAsync([new ShopService(), Book()], postgres, options: o => o.SkipInbox = true);
        await back.PublishAsync([.. Enumerable.Range(100, 50).Select(i => Of($"article {i % 10}", i))]);
        await back.LinesAsync(150, Long);
        await back.IdleAsync(Long);
        var lines = await back.LinesAsync();
        AssertOnce(lines, 150);
        AssertOrdered(lines);
    }
}
