using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tideline.Services.Tests.Notifications.Email;

/// <summary>A relay that does exactly what a test tells it to, good or bad. Each connection runs the script anew.</summary>
internal sealed class ScriptedSmtpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _talks = [];
    private readonly Task _accepting;
    private int _connections;

    public ScriptedSmtpServer(Func<Talk, Task> script)
    {
        _listener.Start();
        _accepting = AcceptAsync(script);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => _connections;

    /// <summary>Every message taken with a 250.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<string> Taken { get; } = new();

    private async Task AcceptAsync(Func<Talk, Task> script)
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_stop.Token);
                socket.NoDelay = true;
                var number = Interlocked.Increment(ref _connections);
                lock (_talks) _talks.Add(RunAsync(new Talk(this, socket, number, _stop.Token), script));
            }
        }
        catch (OperationCanceledException) { }
    }

    private static async Task RunAsync(Talk talk, Func<Talk, Task> script)
    {
        try
        {
            using (talk) await script(talk);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException) { }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        // First the loop, then its listener: it may be just about to ask for the next socket.
        await _accepting;
        _listener.Stop();
        Task[] talks;
        lock (_talks) talks = [.. _talks];
        await Task.WhenAll(talks);
        _stop.Dispose();
    }

    internal sealed class Talk(ScriptedSmtpServer server, Socket socket, int number, CancellationToken ct) : IDisposable
    {
        private Stream _stream = new NetworkStream(socket);
        private readonly List<byte> _pending = [];

        /// <summary>1 for the first connection the server ever got.</summary>
        public int Number => number;

        public Stream Stream { get => _stream; set => _stream = value; }

        public CancellationToken Stopped => ct;

        public async Task SayAsync(string text) => await _stream.WriteAsync(Encoding.Latin1.GetBytes(text + "\r\n"), ct);

        public async Task<string> LineAsync()
        {
            while (true)
            {
                var end = _pending.IndexOf((byte)'\n');
                if (end >= 0)
                {
                    var line = Encoding.UTF8.GetString([.. _pending[..end]]).TrimEnd('\r');
                    _pending.RemoveRange(0, end + 1);
                    return line;
                }
                var buffer = new byte[8192];
                var read = await _stream.ReadAsync(buffer, ct);
                if (read == 0) throw new EndOfStreamException();
                _pending.AddRange(buffer[..read]);
            }
        }

        /// <summary>What the client sent so far without waiting for an answer.</summary>
        public bool HasMoreInput => _pending.Count > 0;

        public async Task<string> MessageAsync()
        {
            var message = new StringBuilder();
            for (var line = await LineAsync(); line != "."; line = await LineAsync()) message.Append(line).Append('\n');
            return message.ToString();
        }

        /// <summary>Ends the connection with a reset, as a crashed server or a firewall does.</summary>
        public void Reset()
        {
            socket.LingerState = new LingerOption(true, 0);
            socket.Dispose();
        }

        /// <summary>Waits until the client goes away.</summary>
        public async Task SilenceAsync()
        {
            var buffer = new byte[8192];
            while (await _stream.ReadAsync(buffer, ct) > 0) { }
        }

        /// <summary>An ordinary server; <paramref name="answer"/> may answer any command (or "." for a message) otherwise.</summary>
        public async Task ServeAsync(Func<string, string?>? answer = null, string ehlo = "250-test\r\n250-PIPELINING\r\n250-SIZE 1000000\r\n250 8BITMIME")
        {
            await SayAsync(answer?.Invoke("") ?? "220 test ready");
            while (true)
            {
                var line = await LineAsync();
                var verb = line.Split(' ')[0].ToUpperInvariant();
                var reply = answer?.Invoke(line) ?? verb switch
                {
                    "EHLO" => ehlo,
                    "DATA" => "354 go on",
                    "QUIT" => "221 bye",
                    _ => "250 2.0.0 ok",
                };
                await SayAsync(reply);
                if (verb == "QUIT" || reply.StartsWith("421", StringComparison.Ordinal)) return;
                if (verb != "DATA" || !reply.StartsWith("354", StringComparison.Ordinal)) continue;
                var message = await MessageAsync();
                reply = answer?.Invoke(".") ?? $"250 2.0.0 Ok: queued as Q{server.Taken.Count:D4}";
                if (reply.StartsWith('2')) server.Taken.Enqueue(message);
                await SayAsync(reply);
                if (reply.StartsWith("421", StringComparison.Ordinal)) return;
            }
        }

        public void Dispose()
        {
            _stream.Dispose();
            socket.Dispose();
        }
    }
}
