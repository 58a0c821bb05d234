using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Tideline.Platform.Events.Brokers;

namespace Tideline.Platform.Events.RabbitMq;

/// <summary>
/// Publishes strictly in order and waits until the broker has confirmed everything. A message that no stream takes is confirmed too, so all are
/// mandatory, and one that comes back is a failure.
/// </summary>
internal sealed class ConfirmingChannel : IAsyncDisposable
{
    private readonly IChannel _channel;
    private readonly Lock _lock = new();
    private readonly SortedSet<ulong> _open = [];
    private ulong _published;
    private TaskCompletionSource? _all;
    private Exception? _failure;

    private ConfirmingChannel(IChannel channel)
    {
        _channel = channel;
        channel.BasicAcksAsync += (_, ack) => Confirmed(ack.DeliveryTag, ack.Multiple);
        channel.BasicNacksAsync += (_, nack) => Failed($"it refused message {nack.DeliveryTag}");
        channel.BasicReturnAsync += (_, back) => Failed($"no stream {back.RoutingKey} ({back.ReplyText})");
        channel.ChannelShutdownAsync += (_, end) => Failed(end.ReplyText);
    }

    public static async Task<ConfirmingChannel> OpenAsync(RabbitMqConnection connection, CancellationToken ct) =>
        // The client's own tracking would let the messages of one batch overtake each other.
        new(await connection.OpenChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false), ct));

    /// <summary>Puts a message on its way.</summary>
    public async Task PublishAsync(string stream, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        lock (_lock)
        {
            if (_failure is not null) throw _failure;
            _open.Add(++_published);
        }
        await _channel.BasicPublishAsync("", stream, mandatory: true, properties, body, ct);
    }

    /// <summary>Waits until all are confirmed.</summary>
    /// <exception cref="TransportUnavailableException">At least one is not.</exception>
    public Task ConfirmAsync(CancellationToken ct)
    {
        lock (_lock)
        {
            if (_failure is not null) throw _failure;
            if (_open.Count == 0) return Task.CompletedTask;
            _all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _all.Task.WaitAsync(ct);
        }
    }

    public ValueTask DisposeAsync() => _channel.DisposeAsync();

    private Task Confirmed(ulong tag, bool multiple)
    {
        lock (_lock)
        {
            if (multiple) _open.RemoveWhere(open => open <= tag);
            else _open.Remove(tag);
            if (_open.Count == 0) _all?.TrySetResult();
        }
        return Task.CompletedTask;
    }

    private Task Failed(string reason)
    {
        lock (_lock)
        {
            _failure ??= new TransportUnavailableException("RabbitMQ has not taken the events: " + reason);
            _all?.TrySetException(_failure);
        }
        return Task.CompletedTask;
    }
}
