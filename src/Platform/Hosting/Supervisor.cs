using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tideline.Platform.Clients;

namespace Tideline.Platform.Hosting;

/// <summary>State of one supervised loop, for health and for the system page.</summary>
public sealed record LoopStatus(string Service, string Name, string Status, DateTimeOffset Since, string? LastError, int Restarts);

/// <summary>
/// Runs the loops of all services in this process. A loop that throws is started again, later each time up to half a minute; the others
/// and the process do not notice.
/// </summary>
public sealed class Supervisor(
    IEnumerable<ServiceRegistration> services, IServiceProvider provider, TimeProvider clock, ILogger<Supervisor> log) : IHostedService, IDisposable
{
    /// <summary>A loop that has not beaten for this long is stuck.</summary>
    public static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(60);

    private readonly List<Watched> _loops = [];
    private readonly CancellationTokenSource _stop = new();
    private Task[] _running = [];

    /// <summary>All loops as they are now.</summary>
    public IReadOnlyList<LoopStatus> Loops => [.. _loops.Select(l => l.Status(clock))];

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var service in services)
            foreach (var type in service.Loops) _loops.Add(new Watched(service.Name, type.Name, (IServiceLoop)provider.GetRequiredService(type), clock));
        foreach (var (service, name, loop) in provider.GetServices<ILoopSource>().SelectMany(s => s.Loops()))
            _loops.Add(new Watched(service, name, loop, clock));
        _running = [.. _loops.Select(loop => Task.Run(() => KeepRunningAsync(loop), CancellationToken.None))];
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await Task.WhenAny(Task.WhenAll(_running), Task.Delay(Timeout.Infinite, cancellationToken));
        foreach (var late in _loops.Where(l => !l.Ended)) log.LogWarning("{Service}/{Loop} did not stop in time", late.Service, late.Name);
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task KeepRunningAsync(Watched watched)
    {
        ServiceFlow.Enter(watched.Service, null);
        var failures = 0;
        while (!_stop.IsCancellationRequested)
        {
            var started = clock.GetTimestamp();
            try
            {
                watched.Running();
                await watched.Loop.RunAsync(watched.Health, _stop.Token);
                break;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                break;
            }
#pragma warning disable CA1031 // This is the place where one loop's failure ends.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failures = clock.GetElapsedTime(started) > TimeSpan.FromMinutes(1) ? 1 : failures + 1;
                watched.Failed(e);
                var pause = TimeSpan.FromSeconds(Math.Min(30, 0.25 * Math.Pow(2, failures)) * (0.5 + Random.Shared.NextDouble() / 2));
                log.LogError(e, "{Service}/{Loop} failed; starting it again in {Pause:0.0} s", watched.Service, watched.Name, pause.TotalSeconds);
                await Task.Delay(pause, clock, _stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
        watched.End();
    }

    private sealed class Watched(string service, string name, IServiceLoop loop, TimeProvider clock)
    {
        private (string Status, DateTimeOffset Since, string? Error, int Restarts) _state = ("starting", clock.GetUtcNow(), null, 0);

        public string Service => service;
        public string Name => name;
        public IServiceLoop Loop => loop;
        public LoopHealth Health { get; } = new(clock);
        public bool Ended => _state.Status == "ended";

        public void Running() => _state = ("running", clock.GetUtcNow(), _state.Error, _state.Restarts);
        public void Failed(Exception e) => _state = ("failed", clock.GetUtcNow(), e.Message, _state.Restarts + 1);
        public void End() => _state = ("ended", clock.GetUtcNow(), _state.Error, _state.Restarts);

        public LoopStatus Status(TimeProvider now)
        {
            var (status, since, error, restarts) = _state;
            if (status == "running" && Health.SinceBeat > StuckAfter) (status, error) = ("stuck", $"no sign of life for {Health.SinceBeat.TotalSeconds:0} s");
            else if (status == "running" && now.GetUtcNow() - since > TimeSpan.FromSeconds(10)) error = null;
            return new LoopStatus(service, name, status, since, error, restarts);
        }
    }
}

/// <summary>Loops that a building block makes for each service: relays, consumers, job runners.</summary>
public interface ILoopSource
{
    /// <summary>Service, name and loop.</summary>
    IEnumerable<(string Service, string Name, IServiceLoop Loop)> Loops();
}
