using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using RabbitMQ.Client;

namespace Tideline.Platform.Tests.Events.Conformance;

/// <summary>A RabbitMQ node of our own: on loopback, in a folder of its own, with its own port mapper, ended by its process id.</summary>
public sealed class RabbitMqUnderTest : TransportUnderTest
{
    private const string Server = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);

    private readonly string _folder = Directory.CreateTempSubdirectory("tideline-rabbitmq-").FullName;
    private readonly int[] _ports = FreePorts(3);
    private Process? _mapper, _node;

    internal Uri Uri => new($"amqp://guest:guest@127.0.0.1:{_ports[0]}/");

    /// <inheritdoc/>
    internal override string? Missing => File.Exists(Server) ? null : "RabbitMQ is not installed (Debian package rabbitmq-server).";

    /// <inheritdoc/>
    public override async ValueTask InitializeAsync()
    {
        if (Missing is not null) return;
        await File.WriteAllTextAsync(Path.Combine(_folder, "enabled_plugins"), "[].");
        await File.WriteAllTextAsync(Path.Combine(_folder, "rabbitmq.conf"), "vm_memory_high_watermark.absolute = 1GiB\ndisk_free_limit.absolute = 50MB\nloopback_users.guest = true\n");
        _mapper = Run("epmd", ["-port", $"{_ports[2]}", "-address", "127.0.0.1"]);
        await StartNodeAsync();
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await KillAsync(_node);
        await KillAsync(_mapper);
        Directory.Delete(_folder, recursive: true);
        await base.DisposeAsync();
    }

    /// <inheritdoc/>
    internal override Dictionary<string, string?> Settings(string installation) => new()
    {
        ["Bus:Transport"] = "RabbitMq",
        ["Bus:RabbitMq:Uri"] = Uri.ToString(),
        ["Bus:RabbitMq:Name"] = installation,
        ["Bus:RabbitMq:Timeout"] = "00:00:05",
    };

    /// <inheritdoc/>
    internal override Task RemoveAsync(string installation) => DeleteAsync(installation, 1, 2);

    /// <inheritdoc/>
    internal override Task StopAsync(BusHost host) => KillAsync(_node);

    /// <inheritdoc/>
    internal override Task StartAsync(BusHost host) => StartNodeAsync();

    /// <summary>Deletes the streams of these epochs, with all that is in them.</summary>
    internal async Task DeleteAsync(string installation, params int[] epochs)
    {
        if (_node is not { HasExited: false }) await StartNodeAsync();
        await using var connection = await new ConnectionFactory { Uri = Uri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        foreach (var epoch in epochs)
            for (var partition = 0; partition < 16; partition++) await channel.QueueDeleteAsync($"{installation}.{epoch}.{partition:00}");
    }

    private async Task StartNodeAsync()
    {
        _node = Run(Server, []);
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await using var connection = await new ConnectionFactory { Uri = Uri, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
                return;
            }
            catch (Exception e) when (e is RabbitMQ.Client.Exceptions.BrokerUnreachableException or RabbitMQ.Client.Exceptions.RabbitMQClientException or IOException)
            {
                if (_node.HasExited || watch.Elapsed > StartLimit)
                    throw new InvalidOperationException($"RabbitMQ does not start: {string.Join('\n', Directory.GetFiles(Path.Combine(_folder, "log")).SelectMany(File.ReadLines).TakeLast(30))}", e);
            }
            await Task.Delay(200);
        }
    }

    private Process Run(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["HOME"] = _folder, // Where the cookie is kept by which nodes know each other.
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["ERL_EPMD_PORT"] = $"{_ports[2]}",
            ["RABBITMQ_NODENAME"] = "tideline@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = $"{_ports[0]}",
            ["RABBITMQ_DIST_PORT"] = $"{_ports[1]}",
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_folder, "data"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(_folder, "log"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_folder, "enabled_plugins"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(_folder, "rabbitmq"),
            ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
            ["RABBITMQ_PID_FILE"] = Path.Combine(_folder, "pid"),
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
            ["RABBITMQ_SERVER_START_ARGS"] = "-noinput",
        }) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task KillAsync(Process? process)
    {
        if (process is null) return;
        // With what it has started: the emulator has helpers.
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        foreach (var listener in listeners) listener.Start();
        int[] ports = [.. listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port)];
        foreach (var listener in listeners) listener.Dispose();
        return ports;
    }
}
