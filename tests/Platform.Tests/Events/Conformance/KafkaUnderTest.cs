using System.Runtime.InteropServices;

namespace Tideline.Platform.Tests.Events.Conformance;

/// <summary>Brokers that speak Kafka's protocol over real sockets: those of librdkafka's own tests, in this process. They keep their logs in memory.</summary>
public sealed class KafkaUnderTest : TransportUnderTest
{
    private const int Brokers = 3;
    private nint _client, _cluster;

    /// <inheritdoc/>
    internal override string? Missing => NativeLibrary.TryLoad("librdkafka.so.1", out _) ? null : "librdkafka is not installed (Debian package librdkafka1).";

    /// <inheritdoc/>
    public override ValueTask InitializeAsync()
    {
        if (Missing is not null) return ValueTask.CompletedTask;
        var error = new byte[512];
        _client = rd_kafka_new(0, rd_kafka_conf_new(), error, error.Length);
        Assert.NotEqual(0, _client);
        _cluster = rd_kafka_mock_cluster_new(_client, Brokers);
        Assert.NotEqual(0, _cluster);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        if (_cluster != 0) rd_kafka_mock_cluster_destroy(_cluster);
        if (_client != 0) rd_kafka_destroy(_client);
        return base.DisposeAsync();
    }

    /// <inheritdoc/>
    internal override Dictionary<string, string?> Settings(string installation) => new()
    {
        ["Bus:Transport"] = "Kafka",
        ["Bus:Kafka:Servers"] = Marshal.PtrToStringUTF8(rd_kafka_mock_cluster_bootstraps(_cluster)),
        ["Bus:Kafka:Topic"] = installation,
        ["Bus:Kafka:Timeout"] = "00:00:05",
        ["Bus:Kafka:Settings:reconnect.backoff.max.ms"] = "500",
    };

    /// <inheritdoc/>
    internal override Task PrepareAsync(string installation)
    {
        // These brokers do not know how to make a topic on request.
        Assert.Equal(0, rd_kafka_mock_topic_create(_cluster, installation + ".1", 16, Brokers));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    internal override Task StopAsync(BusHost host)
    {
        for (var broker = 1; broker <= Brokers; broker++) Assert.Equal(0, rd_kafka_mock_broker_set_down(_cluster, broker));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    internal override Task StartAsync(BusHost host)
    {
        for (var broker = 1; broker <= Brokers; broker++) Assert.Equal(0, rd_kafka_mock_broker_set_up(_cluster, broker));
        return Task.CompletedTask;
    }

    private const string Library = "librdkafka.so.1";

#pragma warning disable SYSLIB1054, CA5392, CA2101 // Source generation would need unsafe code in the tests; the names are ours and ASCII.
    [DllImport(Library)]
    private static extern nint rd_kafka_conf_new();

    [DllImport(Library)]
    private static extern nint rd_kafka_new(int type, nint configuration, byte[] error, nint length);

    [DllImport(Library)]
    private static extern void rd_kafka_destroy(nint client);

    [DllImport(Library)]
    private static extern nint rd_kafka_mock_cluster_new(nint client, int brokers);

    [DllImport(Library)]
    private static extern void rd_kafka_mock_cluster_destroy(nint cluster);

    [DllImport(Library)]
    private static extern nint rd_kafka_mock_cluster_bootstraps(nint cluster);

    [DllImport(Library, CharSet = CharSet.Ansi)]
    private static extern int rd_kafka_mock_topic_create(nint cluster, string topic, int partitions, int replication);

    [DllImport(Library)]
    private static extern int rd_kafka_mock_broker_set_down(nint cluster, int broker);

    [DllImport(Library)]
    private static extern int rd_kafka_mock_broker_set_up(nint cluster, int broker);
#pragma warning restore SYSLIB1054, CA5392, CA2101
}
