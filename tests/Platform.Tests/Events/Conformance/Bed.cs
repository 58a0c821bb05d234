using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Platform.Events;
using Tideline.Platform.Events.Log;
using Tideline.Platform.Hosting;
using Tideline.Testing;

namespace Tideline.Platform.Tests.Events.Conformance;

/// <summary>One installation on a transport: its databases, its hosts, and processes of their own where something must really die.</summary>
internal sealed class Bed(TransportUnderTest transport) : IAsyncDisposable
{
    internal const string Admin = "TIDELINE_TEST_ADMIN", Prefix = "TIDELINE_TEST_PREFIX", Settings = "TIDELINE_TEST_SETTINGS", CrashPoint = "TIDELINE_CRASH_POINT";

    private readonly BusCluster _cluster = new();
    private readonly List<Process> _children = [];
    private bool _prepared;

    public string Installation => _cluster.Prefix;

    public Guid Tenant => _cluster.Tenant;

    /// <summary>Starts a host: what is a process elsewhere.</summary>
    public async Task<BusHost> StartAsync(
        IReadOnlyList<IService> services, Dictionary<string, string?>? settings = null, Action<BusOptions>? options = null, Action<Script>? script = null)
    {
        var host = await BuildAsync(services, settings, options);
        script?.Invoke(host.Script);
        await host.Host.StartAsync();
        return host;
    }

    /// <summary>A host that is not started yet.</summary>
    public async Task<BusHost> BuildAsync(IReadOnlyList<IService> services, Dictionary<string, string?>? settings = null, Action<BusOptions>? options = null)
    {
        Assert.SkipWhen(transport.Missing is not null, transport.Missing ?? "");
        if (!_prepared) await transport.PrepareAsync(Installation);
        _prepared = true;
        return await _cluster.BuildAsync(services, All(settings), options: options);
    }

    /// <summary>Everything that is in the log, partition by partition.</summary>
    public static async Task<List<EventEnvelope>> LogAsync(BusHost host)
    {
        var log = host.Services.GetRequiredService<IEventLog>();
        var types = new HashSet<string> { "test.sold", "test.noted", "test.told" };
        var found = new List<EventEnvelope>();
        foreach (var (partition, head) in await host.QueryAsync("bus", "select partition, position from head", row => (row.GetInt16(0), row.GetInt64(1))))
        {
            for (var at = 0L; at < head;)
            {
                var chunk = Assert.Single(await log.ReadAsync([new LogRange(partition, at, head)], types, 500, CancellationToken.None));
                found.AddRange(chunk.Deliveries.Select(d => d.Event));
                at = chunk.Reached;
            }
        }
        return found;
    }

    /// <summary>A process that runs shop and book until it is killed, by itself at a crash point or by the test.</summary>
    public async Task<Process> StartChildAsync(string? crashPoint = null, Dictionary<string, string?>? settings = null)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["--explicit", "only", "--filter-method", $"*{nameof(BedChild)}.{nameof(BedChild.Run)}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[Admin] = await TestCluster.AdminAsync();
        start.Environment[Prefix] = Installation;
        start.Environment[Settings] = JsonSerializer.Serialize(All(settings));
        if (crashPoint is not null) start.Environment[CrashPoint] = crashPoint;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _children.Add(process);
        return process;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var child in _children)
        {
            if (!child.HasExited) child.Kill();
            await child.WaitForExitAsync();
            child.Dispose();
        }
        await _cluster.DisposeAsync();
        if (_prepared) await transport.RemoveAsync(Installation);
    }

    private Dictionary<string, string?> All(Dictionary<string, string?>? settings)
    {
        var all = new Dictionary<string, string?>(BusCluster.Quick);
        foreach (var (key, value) in transport.Settings(Installation)) all[key] = value;
        foreach (var (key, value) in settings ?? []) all[key] = value;
        return all;
    }
}
