using System.Diagnostics.Metrics;
using Tideline.Platform.Hosting;

namespace Tideline.Worker.Queues;

/// <summary>Counts the queues every few seconds, for the metrics.</summary>
internal sealed class QueueGauges : IServiceLoop, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private readonly QueueNumbers _numbers;
    private readonly TimeProvider _clock;
    private readonly Meter _meter = new("Tideline.Jobs");
    private volatile IReadOnlyList<QueueNumber> _last = [];

    public QueueGauges(QueueNumbers numbers, TimeProvider clock)
    {
        (_numbers, _clock) = (numbers, clock);
        _meter.CreateObservableGauge("tideline_jobs_depth", Depth, "{job}", "Jobs in a queue, by state.");
        _meter.CreateObservableGauge("tideline_jobs_oldest_ready", OldestReady, "s", "Age of the oldest job of a queue that could run.");
    }

    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        while (true)
        {
            health.Beat();
            _last = await _numbers.GetAsync(ct);
            await Task.Delay(Interval, _clock, ct);
        }
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<long>> Depth() =>
        from queue in _last
        from state in new (string Name, long Count)[]
        {
            ("ready", queue.Ready), ("parked", queue.Parked), ("scheduled", queue.Scheduled), ("running", queue.Running), ("failed", queue.Failed), ("dead", queue.Dead),
        }
        select new Measurement<long>(state.Count, new("queue", queue.Name), new("state", state.Name));

    private IEnumerable<Measurement<double>> OldestReady() =>
        _last.Select(queue => new Measurement<double>(queue.OldestReadyAgeSeconds, new KeyValuePair<string, object?>("queue", queue.Name)));
}
