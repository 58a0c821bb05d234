using System.Globalization;
using System.Text;
using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Tideline.Platform.Events.Brokers;

namespace Tideline.Platform.Events.RabbitMq;

/// <summary>RabbitMQ 3.9 or later over AMQP: a stream for each partition, replicated and kept for as long as the log would be.</summary>
internal sealed class RabbitMqBroker(RabbitMqOptions options, BusOptions bus) : IBroker
{
    private const string OffsetHeader = "x-stream-offset";
    private const ushort FollowAhead = 256;

    // Apart, since a broker that is short of memory stops reading from connections that publish.
    private readonly RabbitMqConnection _publish = new(options, "publish"), _consume = new(options, "consume");
    private readonly SemaphoreSlim _onePublisher = new(1, 1);
    private ConfirmingChannel? _publisher;

    /// <inheritdoc/>
    public string Name => "rabbitmq " + options.Name;

    /// <inheritdoc/>
    public Task<IReadOnlyList<short>> PrepareAsync(int epoch, CancellationToken ct) => AskAsync<IReadOnlyList<short>>(async limit =>
    {
        var made = new List<short>();
        IChannel? channel = null;
        try
        {
            for (short partition = 0; partition < Partitions.Count; partition++)
            {
                channel ??= await _consume.OpenChannelAsync(null, limit);
                try
                {
                    await channel.QueueDeclarePassiveAsync(StreamOf(epoch, partition), limit);
                }
                catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
                {
                    // The broker closes a channel on which something was not found.
                    await channel.DisposeAsync();
                    channel = await _consume.OpenChannelAsync(null, limit);
                    await channel.QueueDeclareAsync(StreamOf(epoch, partition), durable: true, exclusive: false, autoDelete: false, arguments: new Dictionary<string, object?>
                    {
                        ["x-queue-type"] = "stream",
                        ["x-max-age"] = string.Create(CultureInfo.InvariantCulture, $"{(long)Math.Ceiling(bus.Retention.TotalSeconds)}s"),
                        ["x-stream-max-segment-size-bytes"] = options.SegmentBytes,
                    }, cancellationToken: limit);
                    made.Add(partition);
                }
            }
        }
        finally
        {
            if (channel is not null) await channel.DisposeAsync();
        }
        return made;
    }, ct);

    /// <inheritdoc/>
    public Task AppendAsync(int epoch, IReadOnlyList<EventEnvelope> events, CancellationToken ct) => AskAsync(async limit =>
    {
        await _onePublisher.WaitAsync(limit);
        try
        {
            _publisher ??= await ConfirmingChannel.OpenAsync(_publish, limit);
            foreach (var happened in events)
                await _publisher.PublishAsync(StreamOf(epoch, Partitions.Of(happened.Key)), Properties(happened), CloudEvent.Body(happened), limit);
            await _publisher.ConfirmAsync(limit);
            return true;
        }
        catch
        {
            // What it still owes an answer for must not be taken for the next batch's.
            var broken = _publisher;
            _publisher = null;
            if (broken is not null) await broken.DisposeAsync();
            throw;
        }
        finally
        {
            _onePublisher.Release();
        }
    }, ct);

    /// <inheritdoc/>
    public async Task FollowAsync(int epoch, IReadOnlyList<long> from, Action following, Func<BrokerMessage, CancellationToken, ValueTask> receive, CancellationToken ct)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var channel = await AskAsync(async limit =>
        {
            var opened = await _consume.OpenChannelAsync(null, limit);
            try
            {
                await opened.BasicQosAsync(0, FollowAhead, global: false, limit);
                for (short partition = 0; partition < Partitions.Count; partition++)
                    await ConsumeAsync(opened, epoch, partition, from[partition], receive, ended, limit, ct);
                return opened;
            }
            catch
            {
                await opened.DisposeAsync();
                throw;
            }
        }, ct);
        following();
        await ended.Task.WaitAsync(ct);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<BrokerMessage>> ReadAsync(int epoch, short partition, long from, long upTo, int limit, CancellationToken ct)
    {
        var messages = new List<BrokerMessage>();
        await AskAsync(async deadline =>
        {
            var arrived = Channel.CreateUnbounded<BrokerMessage>();
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var channel = await _consume.OpenChannelAsync(null, deadline);
            await channel.BasicQosAsync(0, (ushort)Math.Clamp(limit, 1, 5000), global: false, deadline);
            await ConsumeAsync(channel, epoch, partition, from, (message, token) => arrived.Writer.WriteAsync(message, token), ended, deadline, deadline);
            while (messages.Count < limit)
            {
                var next = arrived.Reader.ReadAsync(deadline).AsTask();
                if (await Task.WhenAny(next, ended.Task) == ended.Task) await ended.Task;
                var message = await next;
                // A stream is read by the chunk: what comes before the offset in it may come, too.
                if (message.Offset < from) continue;
                if (message.Offset > upTo) break;
                messages.Add(message);
                if (message.Offset == upTo) break;
            }
            return true;
        }, ct);
        return messages;
    }

    public async ValueTask DisposeAsync()
    {
        if (_publisher is not null) await _publisher.DisposeAsync();
        await _publish.DisposeAsync();
        await _consume.DisposeAsync();
        _onePublisher.Dispose();
    }

    private Task<string> ConsumeAsync(
        IChannel channel, int epoch, short partition, object from, Func<BrokerMessage, CancellationToken, ValueTask> receive, TaskCompletionSource ended,
        CancellationToken limit, CancellationToken ct) => channel.BasicConsumeAsync(
            StreamOf(epoch, partition), autoAck: false, consumerTag: "", noLocal: false, exclusive: false,
            arguments: new Dictionary<string, object?> { [OffsetHeader] = from }, new StreamConsumer(channel, partition, receive, ended, ct), limit);

    private string StreamOf(int epoch, short partition) => string.Create(CultureInfo.InvariantCulture, $"{options.Name}.{epoch}.{partition:00}");

    private static BasicProperties Properties(EventEnvelope happened)
    {
        var headers = new Dictionary<string, object?>();
        foreach (var (name, value) in CloudEvent.Attributes(happened)) headers["cloudEvents:" + name] = value;
        return new BasicProperties
        {
            Persistent = true,
            ContentType = CloudEvent.ContentType,
            MessageId = happened.Id.ToString(),
            Headers = headers,
        };
    }

    /// <summary>Asks the broker, with a limit, and makes one kind of exception of all its refusals.</summary>
    private async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.Timeout);
        try
        {
            return await ask(limit.Token);
        }
        catch (Exception e) when (e is not TransportUnavailableException && !ct.IsCancellationRequested)
        {
            throw new TransportUnavailableException(
                e is OperationCanceledException ? $"RabbitMQ has not answered within {options.Timeout.TotalSeconds:0.#} s." : "RabbitMQ: " + e.GetBaseException().Message, e);
        }
    }

    private sealed class StreamConsumer(
        IChannel channel, short partition, Func<BrokerMessage, CancellationToken, ValueTask> receive, TaskCompletionSource ended, CancellationToken ct)
        : AsyncDefaultBasicConsumer(channel)
    {
        public override async Task HandleBasicDeliverAsync(
            string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body,
            CancellationToken cancellationToken = default)
        {
            try
            {
                var headers = properties.Headers;
                var offset = Convert.ToInt64(headers![OffsetHeader], CultureInfo.InvariantCulture);
                var happened = CloudEvent.Read(name => headers.TryGetValue("cloudEvents:" + name, out var value) ? Text(value) : null, body.Span);
                await receive(new BrokerMessage(partition, offset, happened), ct);
                // For a stream this is no more than permission to send another one.
                await Channel.BasicAckAsync(deliveryTag, multiple: false, ct);
            }
#pragma warning disable CA1031 // The client would swallow it, and the stream stand still.
            catch (Exception e)
#pragma warning restore CA1031
            {
                ended.TrySetException(new TransportUnavailableException("RabbitMQ: a stream cannot be followed: " + e.Message, e));
            }
        }

        public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
        {
            ended.TrySetException(new TransportUnavailableException($"RabbitMQ has taken the stream of partition {partition} away."));
            return Task.CompletedTask;
        }

        public override Task HandleChannelShutdownAsync(object channel, RabbitMQ.Client.Events.ShutdownEventArgs reason)
        {
            ended.TrySetException(new TransportUnavailableException("RabbitMQ: " + reason.ReplyText));
            return Task.CompletedTask;
        }

        private static string? Text(object? value) => value switch
        {
            byte[] utf8 => Encoding.UTF8.GetString(utf8),
            string text => text,
            _ => null,
        };
    }
}
