using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Tideline.Platform.Events.Brokers;

namespace Tideline.Platform.Events.Kafka;

/// <summary>
/// Kafka: a topic with a partition for each of ours. Partitions are assigned by our leases and offsets kept with our cursors, so neither consumer groups nor
/// transactions of the broker are used.
/// </summary>
internal sealed class KafkaBroker(KafkaOptions options, BusOptions bus, ILogger log) : IBroker
{
    private readonly SemaphoreSlim _onePublisher = new(1, 1);
    private readonly ConcurrentBag<IConsumer<byte[], byte[]>> _readers = [];
    private IProducer<byte[], byte[]>? _producer;

    static KafkaBroker() => NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, (name, assembly, path) =>
        // Linux distributions have it under this name only.
        name.StartsWith("librdkafka", StringComparison.Ordinal) && NativeLibrary.TryLoad("librdkafka.so.1", out var library) ? library : 0);

    /// <inheritdoc/>
    public string Name => "kafka " + options.Topic;

    /// <inheritdoc/>
    public Task<IReadOnlyList<short>> PrepareAsync(int epoch, CancellationToken ct) => AskAsync<IReadOnlyList<short>>(async () =>
    {
        using var admin = new AdminClientBuilder(Config<AdminClientConfig>()).SetLogHandler(Log).Build();
        // Of all topics: to ask for one by name may make it, with as many partitions as the broker likes.
        var known = await Task.Run(() => admin.GetMetadata(options.Timeout), ct);
        if (known.Topics.Find(t => t.Topic == TopicOf(epoch) && !t.Error.IsError) is { } topic)
        {
            if (topic.Partitions.Count >= Partitions.Count) return [];
            throw new TransportUnavailableException($"Kafka: the topic {TopicOf(epoch)} has {topic.Partitions.Count} partitions and needs {Partitions.Count}.");
        }
        await admin.CreateTopicsAsync(
            [
                new TopicSpecification
                {
                    Name = TopicOf(epoch),
                    NumPartitions = Partitions.Count,
                    ReplicationFactor = (short)(options.Replication == 0 ? -1 : options.Replication),
                    Configs = new Dictionary<string, string>
                    {
                        ["cleanup.policy"] = "delete",
                        ["retention.ms"] = ((long)bus.Retention.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
                    },
                },
            ],
            new CreateTopicsOptions { RequestTimeout = options.Timeout, OperationTimeout = options.Timeout }).WaitAsync(options.Timeout, ct);
        return [.. Enumerable.Range(0, Partitions.Count).Select(p => (short)p)];
    }, ct);

    /// <inheritdoc/>
    public Task AppendAsync(int epoch, IReadOnlyList<EventEnvelope> events, CancellationToken ct) => AskAsync(async () =>
    {
        await _onePublisher.WaitAsync(ct);
        try
        {
            var producer = _producer ??= new ProducerBuilder<byte[], byte[]>(ProducerConfig()).SetLogHandler(Log).Build();
            var left = events.Count;
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            foreach (var happened in events)
            {
                producer.Produce(new TopicPartition(TopicOf(epoch), Partitions.Of(happened.Key)), Message(happened), report =>
                {
                    if (report.Error.IsError) done.TrySetException(new TransportUnavailableException("Kafka has not taken the events: " + report.Error.Reason));
                    else if (Interlocked.Decrement(ref left) == 0) done.TrySetResult();
                });
            }
            // Its own limit is the time-out of the messages; a little more, so that its reason is the one that is told.
            await done.Task.WaitAsync(options.Timeout + TimeSpan.FromSeconds(5), ct);
            return true;
        }
        catch
        {
            // After a gap nothing more may be appended by it: what has failed comes again, and first.
            _producer?.Dispose();
            _producer = null;
            throw;
        }
        finally
        {
            _onePublisher.Release();
        }
    }, ct);

    /// <inheritdoc/>
    public Task FollowAsync(int epoch, IReadOnlyList<long> from, Action following, Func<BrokerMessage, CancellationToken, ValueTask> receive, CancellationToken ct) =>
        AskAsync(() => Task.Factory.StartNew(() =>
        {
            using var consumer = Consumer(AutoOffsetReset.Error);
            consumer.Assign(from.Select((offset, partition) =>
            {
                var place = new TopicPartition(TopicOf(epoch), partition);
                return new TopicPartitionOffset(place, Math.Max(consumer.QueryWatermarkOffsets(place, options.Timeout).Low.Value, offset));
            }).ToList());
            following();
            try
            {
                // A thread of its own: the client's only way to wait is to block.
                while (true) receive(Read(consumer.Consume(ct)), ct).AsTask().GetAwaiter().GetResult();
            }
            finally
            {
                consumer.Close();
            }
        }, ct, TaskCreationOptions.LongRunning, TaskScheduler.Default).ContinueWith(t => { t.GetAwaiter().GetResult(); return true; }, TaskScheduler.Default), ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<BrokerMessage>> ReadAsync(int epoch, short partition, long from, long upTo, int limit, CancellationToken ct) =>
        AskAsync(() => Task.Run<IReadOnlyList<BrokerMessage>>(() =>
        {
            if (!_readers.TryTake(out var consumer)) consumer = Consumer(AutoOffsetReset.Earliest);
            try
            {
                var place = new TopicPartition(TopicOf(epoch), partition);
                consumer.Assign(new TopicPartitionOffset(place, from));
                var messages = new List<BrokerMessage>();
                using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
                deadline.CancelAfter(options.Timeout);
                while (messages.Count < limit)
                {
                    var next = consumer.Consume(TimeSpan.FromSeconds(1));
                    ct.ThrowIfCancellationRequested();
                    if (next is null)
                    {
                        // Nothing comes: perhaps all of it has been forgotten, and nothing has come after it.
                        if (consumer.QueryWatermarkOffsets(place, options.Timeout).Low.Value > upTo) break;
                        if (deadline.IsCancellationRequested) throw new TransportUnavailableException($"Kafka has not answered within {options.Timeout.TotalSeconds:0.#} s.");
                        continue;
                    }
                    var message = Read(next);
                    if (message.Offset < from) continue;
                    if (message.Offset > upTo) break;
                    messages.Add(message);
                    if (message.Offset == upTo) break;
                }
                consumer.Unassign();
                _readers.Add(consumer);
                consumer = null;
                return messages;
            }
            finally
            {
                consumer?.Dispose();
            }
        }, ct), ct);

    public ValueTask DisposeAsync()
    {
        _producer?.Dispose();
        while (_readers.TryTake(out var reader)) reader.Dispose();
        _onePublisher.Dispose();
        return ValueTask.CompletedTask;
    }

    private string TopicOf(int epoch) => string.Create(CultureInfo.InvariantCulture, $"{options.Topic}.{epoch}");

    private IConsumer<byte[], byte[]> Consumer(AutoOffsetReset reset)
    {
        var config = Config<ConsumerConfig>();
        (config.GroupId, config.EnableAutoCommit, config.EnableAutoOffsetStore, config.AutoOffsetReset) = (options.Topic, false, false, reset);
        // How long a lone message may wait for company, and how much may wait for us.
        (config.FetchWaitMaxMs, config.QueuedMaxMessagesKbytes) = (100, 16 * 1024);
        return new ConsumerBuilder<byte[], byte[]>(config).SetLogHandler(Log).SetErrorHandler((_, _) => { }).Build();
    }

    private ProducerConfig ProducerConfig()
    {
        var config = Config<ProducerConfig>();
        (config.EnableIdempotence, config.EnableGaplessGuarantee, config.Acks) = (true, true, Acks.All);
        (config.MessageTimeoutMs, config.LingerMs) = ((int)options.Timeout.TotalMilliseconds, 1);
        return config;
    }

    private TConfig Config<TConfig>() where TConfig : ClientConfig, new()
    {
        var config = new TConfig { BootstrapServers = options.Servers, ClientId = $"tideline {Environment.MachineName}:{Environment.ProcessId}" };
        foreach (var (name, value) in options.Settings ?? []) config.Set(name, value);
        return config;
    }

    private void Log(IClient client, LogMessage message) => log.LogDebug("Kafka: {Facility} {Message}", message.Facility, message.Message);

    private static Message<byte[], byte[]> Message(EventEnvelope happened)
    {
        var headers = new Headers { { "content-type", Encoding.UTF8.GetBytes(CloudEvent.ContentType) } };
        foreach (var (name, value) in CloudEvent.Attributes(happened)) headers.Add("ce_" + name, Encoding.UTF8.GetBytes(value));
        return new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(happened.Key), Value = CloudEvent.Body(happened), Headers = headers };
    }

    private static BrokerMessage Read(ConsumeResult<byte[], byte[]> found)
    {
        var happened = CloudEvent.Read(
            name => found.Message.Headers.TryGetLastBytes("ce_" + name, out var value) && value is not null ? Encoding.UTF8.GetString(value) : null, found.Message.Value ?? []);
        return new BrokerMessage((short)found.Partition.Value, found.Offset.Value, happened);
    }

    private static async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken ct)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (e is not TransportUnavailableException && !ct.IsCancellationRequested)
        {
            throw new TransportUnavailableException("Kafka: " + e.Message, e);
        }
    }
}
