using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Tideline.Platform.Telemetry.Metrics;

namespace Tideline.Platform.Telemetry;

/// <summary>Begins to listen before anything else starts, and hands over what is left after everything else has stopped.</summary>
internal sealed class TelemetryLifetime(
    IEnumerable<TracerProvider> tracers,
    IEnumerable<MeterProvider> meters,
    IEnumerable<LoggerProvider> loggers,
    PrometheusExporter prometheus,
    RecentTraces traces,
    IMeterFactory factory,
    ProcessVersion version,
    ILogger<TelemetryLifetime> log) : IHostedLifecycleService
{
    private const int FlushMilliseconds = 5_000;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        // Being constructed is what starts the listeners.
        _ = (tracers, meters, prometheus, traces);
        factory.Create("Tideline.Process").CreateObservableGauge(
            "tideline.build.info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", version.Value)),
            description: "The version that runs.");
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            // A collector that is gone must not hold the process: each gets its few seconds and no more.
            var all = tracers.All(t => t.ForceFlush(FlushMilliseconds)) & meters.All(m => m.ForceFlush(FlushMilliseconds))
                & loggers.All(l => l.ForceFlush(FlushMilliseconds));
            if (!all) log.LogWarning("The telemetry collector did not take everything that was left");
        },
        CancellationToken.None);
}

/// <summary>Version of the running binary.</summary>
internal sealed record ProcessVersion(string Value);
