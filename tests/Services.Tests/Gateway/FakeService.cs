using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tideline.Services.Tests.Gateway;

/// <summary>Something at the address of a service that notes what reaches it.</summary>
internal sealed class FakeService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeService(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    /// <summary>Method, path and headers of every request but the probes, in the order of arrival.</summary>
    public ConcurrentQueue<(string Method, string Path, Dictionary<string, string> Headers)> Seen { get; } = new();

    public static async Task<FakeService> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(k => k.Limits.MaxRequestBodySize = null);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var fake = new FakeService(app);
        app.UseWebSockets();
        app.Run(fake.AnswerAsync);
        await app.StartAsync();
        return fake;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/health/ready") return;
        Seen.Enqueue((context.Request.Method, context.Request.Path, context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        if (context.WebSockets.IsWebSocketRequest)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await EchoAsync(socket, context.RequestAborted);
            return;
        }
        var bytes = 0L;
        var buffer = new byte[65536];
        for (int read; (read = await context.Request.Body.ReadAsync(buffer)) > 0;) bytes += read;
        context.Response.Headers["Tideline-Route"] = "/api/leads/fake/{id}";
        await context.Response.WriteAsJsonAsync(new { bytes });
    }

    private static async Task EchoAsync(WebSocket socket, CancellationToken ct)
    {
        var buffer = new byte[1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, ct) is { MessageType: WebSocketMessageType.Text } message)
                await socket.SendAsync(buffer.AsMemory(0, message.Count), WebSocketMessageType.Text, true, ct);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The other side is gone.
        }
    }
}

/// <summary>A copy of a service that takes a whole request and then dies instead of answering, again and again; or that freezes.</summary>
internal sealed class DyingService : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly bool _isFrozen;
    private readonly Task _running;

    public DyingService(bool isFrozen = false)
    {
        _isFrozen = isFrozen;
        _listener.Start();
        _running = Task.Run(RunAsync);
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Paths of what it took.</summary>
    public ConcurrentQueue<string> Taken { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true) open.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
            while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
            {
                var path = line.Split(' ')[1];
                var length = 0;
                while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } header)
                    if (header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) length = int.Parse(header.Split(':')[1]);
                for (var read = 0; read < length; read++) await reader.ReadAsync(new char[1], _stop.Token);
                if (_isFrozen) await Task.Delay(Timeout.Infinite, _stop.Token);
                if (path == "/health/ready")
                {
                    await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), _stop.Token);
                    continue;
                }
                Taken.Enqueue(path);
                // The first request of a connection is answered, so that the next one travels on a connection that was good before.
                if (path.EndsWith("/warm", StringComparison.Ordinal))
                {
                    await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"u8.ToArray(), _stop.Token);
                    continue;
                }
                return;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
            // The test is over, or the caller gave up.
        }
    }
}
