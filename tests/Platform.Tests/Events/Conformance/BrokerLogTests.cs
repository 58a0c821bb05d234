using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tideline.Platform.Events;
using Tideline.Platform.Events.Brokers;
using Tideline.Platform.Events.Log;

namespace Tideline.Platform.Tests.Events.Conformance;

/// <summary>From a broker's offsets to positions, where logs were changed, lost or forgotten.</summary>
public class BrokerLogTests
{
    private static readonly HashSet<string> Types = ["test.sold"];

    /// <summary>A broker whose partition 3 holds ten messages, of which it has forgotten the first ones.</summary>
    private sealed class Ten(int forgotten, params short[] missing) : IBroker
    {
        public string Name => "ten";

        public Task<IReadOnlyList<short>> PrepareAsync(int epoch, CancellationToken ct) => Task.FromResult<IReadOnlyList<short>>(missing);

        public Task AppendAsync(int epoch, IReadOnlyList<EventEnvelope> events, CancellationToken ct) => throw new NotSupportedException();

        public Task FollowAsync(int epoch, IReadOnlyList<long> from, Action following, Func<BrokerMessage, CancellationToken, ValueTask> receive, CancellationToken ct) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<BrokerMessage>> ReadAsync(int epoch, short partition, long from, long upTo, int limit, CancellationToken ct) =>
            Task.FromResult<IReadOnlyList<BrokerMessage>>([.. Enumerable.Range(forgotten, 10 - forgotten).Where(o => o >= from && o <= upTo).Take(limit)
                .Select(o => new BrokerMessage(partition, o, o == 5 ? null : Envelope(o % 2 == 0 ? "test.sold" : "test.noted")))]);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private static EventEnvelope Envelope(string type) => new(Guid.CreateVersion7(), "shop", type, 1, "tea", null, DateTimeOffset.UtcNow, "{}", null, null, null);
    }

    private sealed class Heard : ILogger
    {
        public List<string> Critical { get; } = [];
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Critical) Critical.Add(formatter(state, exception));
        }
    }

    private static async Task<(BusHost Host, Heard Log, Func<long, long, int, Task<LogChunk>> Read)> StartAsync(BusCluster cluster, Ten broker)
    {
        var host = await cluster.BuildAsync([new ShopService()]);
        await host.ExecuteAsync("bus", "update transport set name = 'ten'; update head set base = 100, position = 110 where partition = 3");
        var heard = new Heard();
        var log = new BrokerLog(broker, new BrokerPositions(broker, host.Services.GetRequiredService<BusDatabase>(), heard), heard);
        return (host, heard, async (after, upTo, limit) => Assert.Single(await log.ReadAsync([new LogRange(3, after, upTo)], Types, limit, CancellationToken.None)));
    }

    [Fact]
    public async Task Offsets_become_positions_after_the_base()
    {
        await using var cluster = new BusCluster();
        var (_, heard, read) = await StartAsync(cluster, new Ten(0));
        var all = await read(0, 110, 500);
        Assert.Equal([101, 103, 105, 107, 109], all.Deliveries.Select(d => d.Position));
        Assert.Equal(110, all.Reached);
        // A limit counts what is looked at; what is left is read next.
        var few = await read(101, 110, 3);
        Assert.Equal((103, 104), (Assert.Single(few.Deliveries).Position, few.Reached));
        // Of a log that was left behind nothing can be read, and nothing need be.
        var before = await read(20, 90, 500);
        Assert.Equal((0, 90), (before.Deliveries.Count, before.Reached));
        Assert.Empty(heard.Critical);
    }

    [Fact]
    public async Task What_was_forgotten_before_it_had_been_read_is_told_but_not_to_a_new_group()
    {
        await using var cluster = new BusCluster();
        var (_, heard, read) = await StartAsync(cluster, new Ten(4));
        Assert.Equal([105, 107, 109], (await read(0, 110, 500)).Deliveries.Select(d => d.Position));
        Assert.Empty(heard.Critical);
        Assert.Equal([105, 107, 109], (await read(102, 110, 500)).Deliveries.Select(d => d.Position));
        Assert.Contains("2 events of partition 3 were forgotten", Assert.Single(heard.Critical), StringComparison.Ordinal);
        Assert.Equal(103, (await read(101, 103, 500)).Reached);
    }

    [Fact]
    public async Task A_log_that_had_to_be_made_anew_begins_after_the_last_known_position()
    {
        await using var cluster = new BusCluster();
        var (host, heard, read) = await StartAsync(cluster, new Ten(0, 3, 4));
        Assert.Equal([111, 113], (await read(110, 114, 500)).Deliveries.Select(d => d.Position));
        Assert.Contains("partition 3 was gone", Assert.Single(heard.Critical), StringComparison.Ordinal);
        Assert.Equal(110, await host.ScalarAsync<long>("bus", "select base from head where partition = 3"));
        Assert.Equal(0, await host.ScalarAsync<long>("bus", "select base from head where partition = 4"));
    }

    [Fact]
    public async Task A_process_with_an_old_setting_is_stopped_by_its_name()
    {
        await using var cluster = new BusCluster();
        var (host, _, read) = await StartAsync(cluster, new Ten(0));
        await host.ExecuteAsync("bus", "update transport set name = 'another'");
        Assert.Contains("has changed from ten to another", (await Assert.ThrowsAsync<InvalidOperationException>(() => read(0, 110, 1))).Message, StringComparison.Ordinal);
    }
}
