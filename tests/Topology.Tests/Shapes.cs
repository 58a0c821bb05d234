using Tideline.Services.Tests.Notifications.Email;
using Tideline.Testing;

namespace Tideline.Topology.Tests;

/// <summary>A running installation: real processes on one PostgreSQL, with postfix's sink as its mail relay.</summary>
public abstract class Shape : IAsyncLifetime
{
    private readonly List<PlatformProcess> _processes = [];
    private SmtpSink? _sink;

    /// <summary>Where the world reaches it, by name and TLS: one-click unsubscribing is promised for https only.</summary>
    private const string PublicUrl = "https://tideline.example";

    /// <summary>An address in a message, as it is reached here, where no proxy with a certificate stands before the gateway.</summary>
    public string Reach(string address)
    {
        Assert.StartsWith(PublicUrl + "/", address, StringComparison.Ordinal);
        return Gateway.Address.ToString().TrimEnd('/') + address[PublicUrl.Length..];
    }

    /// <summary>The public door.</summary>
    public PlatformProcess Gateway => _processes[0];

    /// <summary>All of it.</summary>
    public IReadOnlyList<PlatformProcess> Processes => _processes;

    internal SmtpSink Sink => _sink ?? throw new InvalidOperationException("Not started.");

    /// <summary>Rows of the sample file that the story takes here; <c>TIDELINE_STORY_ROWS=10000</c> takes all of it.</summary>
    public abstract int Rows { get; }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _sink = await SmtpSink.StartAsync();
        var folder = Directory.CreateTempSubdirectory("tideline-topology-").FullName;
        var (admin, prefix) = (await TestCluster.AdminAsync(), TestCluster.NextPrefix());
        foreach (var (target, port, urls) in Layout())
        {
            var settings = new Dictionary<string, string?>(urls)
            {
                ["Database:Admin"] = admin,
                ["Database:Prefix"] = prefix,
                ["Logging:LogLevel:Default"] = "Warning",
                ["Telemetry:RecentSpans"] = "50000",
                ["Telemetry:AccessLog"] = "false",
                ["PublicUrl"] = PublicUrl,
                ["Services:identity:PasswordIterations"] = "1000",
                ["Services:identity:Operators"] = "*",
                ["Services:notifications:Mode"] = "smtp",
                ["Services:notifications:Smtp:Host"] = "127.0.0.1",
                ["Services:notifications:Smtp:Port"] = _sink.Port.ToString(),
                ["Services:notifications:Smtp:Security"] = "None",
                ["Services:notifications:ImportDigest"] = "00:00:05",
                ["Services:worker:Lease"] = "00:00:05",
            };
            _processes.Add(PlatformProcess.Of(target, port, folder, settings));
        }
        foreach (var process in _processes) await process.StartAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
        if (_sink is not null) await _sink.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Target, port and addresses of each process; the gateway first.</summary>
    protected abstract IEnumerable<(string Target, int Port, Dictionary<string, string?> Urls)> Layout();
}

/// <summary>Everything in one process.</summary>
public sealed class OneProcess : Shape
{
    /// <inheritdoc/>
    public override int Rows => int.TryParse(Environment.GetEnvironmentVariable("TIDELINE_STORY_ROWS"), out var rows) ? rows : 2_000;

    /// <inheritdoc/>
    protected override IEnumerable<(string Target, int Port, Dictionary<string, string?> Urls)> Layout() => [("all", PlatformProcess.FreePorts(1)[0], [])];
}

/// <summary>Every service a process of its own behind the gateway.</summary>
public sealed class ManyProcesses : Shape
{
    private static readonly string[] Services =
        ["identity", "brands", "leads", "customers", "assignment", "campaigns", "notifications", "worker", "scheduler"];

    /// <inheritdoc/>
    public override int Rows => 600;

    /// <inheritdoc/>
    protected override IEnumerable<(string Target, int Port, Dictionary<string, string?> Urls)> Layout()
    {
        var ports = PlatformProcess.FreePorts(Services.Length + 1);
        var urls = Services.Select((name, i) => (name, url: $"http://127.0.0.1:{ports[i + 1]}")).ToDictionary(s => $"Services:{s.name}:Url", s => (string?)s.url);
        return [("gateway", ports[0], urls), .. Services.Select((name, i) => (name, ports[i + 1], urls))];
    }
}
