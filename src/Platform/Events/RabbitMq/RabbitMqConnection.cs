using RabbitMQ.Client;
using Tideline.Platform.Events.Brokers;

namespace Tideline.Platform.Events.RabbitMq;

/// <summary>
/// A connection that is opened when it is needed, and again when it has been lost. The client's own recovery is off: it would bring consumers back at
/// places that only we know, and let publishers go on in silence.
/// </summary>
internal sealed class RabbitMqConnection(RabbitMqOptions options, string purpose) : IAsyncDisposable
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _one = new(1, 1);
    private IConnection? _connection;
    private int _next;

    public async Task<IChannel> OpenChannelAsync(CreateChannelOptions? settings, CancellationToken ct)
    {
        var connection = await GetAsync(ct);
        return await connection.CreateChannelAsync(settings, ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null) await CloseAsync(_connection);
        _one.Dispose();
    }

    private async Task<IConnection> GetAsync(CancellationToken ct)
    {
        if (_connection is { IsOpen: true } open) return open;
        await _one.WaitAsync(ct);
        try
        {
            if (_connection is { IsOpen: true } other) return other;
            if (_connection is not null) await CloseAsync(_connection);
            _connection = null;
            return _connection = await ConnectAsync(ct);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<IConnection> ConnectAsync(CancellationToken ct)
    {
        var nodes = options.Uris;
        for (var tried = 1; ; tried++)
        {
            var node = nodes[_next % nodes.Count];
            var factory = new ConnectionFactory
            {
                Uri = node,
                AutomaticRecoveryEnabled = false,
                TopologyRecoveryEnabled = false,
                RequestedHeartbeat = Heartbeat,
                RequestedConnectionTimeout = options.Timeout,
                SocketReadTimeout = options.Timeout,
                SocketWriteTimeout = options.Timeout,
                ContinuationTimeout = options.Timeout,
                ClientProvidedName = $"tideline {purpose} {Environment.MachineName}:{Environment.ProcessId}",
            };
            try
            {
                return await factory.CreateConnectionAsync(ct);
            }
            catch (Exception e) when (!(e is OperationCanceledException && ct.IsCancellationRequested))
            {
                _next++;
                if (tried >= nodes.Count) throw new TransportUnavailableException($"RabbitMQ at {node.Host}:{node.Port} does not answer: {e.GetBaseException().Message}", e);
            }
        }
    }

    private static async Task CloseAsync(IConnection connection)
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await connection.CloseAsync(Constants.ReplySuccess, "", TimeSpan.FromSeconds(2), abort: true, limit.Token);
            await connection.DisposeAsync();
        }
#pragma warning disable CA1031 // It is thrown away, in whatever state it is.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
