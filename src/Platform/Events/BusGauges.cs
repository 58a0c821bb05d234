using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Tideline.Platform.Data;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Events;

/// <summary>Looks every few seconds at what waits, for the metrics.</summary>
internal sealed class BusGauges : IServiceLoop, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    // Above this, the exact number says nothing more, and counting it would cost what draining it needs.
    private const int CountUpTo = 100_000;

    private readonly Meter _meter = new(BusTelemetry.Name);
    private readonly BusStatus _status;
    private readonly IServiceProvider _provider;
    private readonly TimeProvider _clock;
    private readonly string[] _databases;
    private readonly HashSet<string> _groups;
    private volatile Measurement<long>[] _pending = [], _lag = [], _parked = [], _dead = [];

    public BusGauges(BusStatus status, IServiceProvider provider, IEnumerable<ServiceRegistration> services, TimeProvider clock)
    {
        (_status, _provider, _clock) = (status, provider, clock);
        _databases = [.. services.Where(s => s.Database is not null).Select(s => s.Name)];
        _groups = [.. services.Where(s => s.Subscriptions.Count > 0).Select(s => s.Name)];
        _meter.CreateObservableGauge("tideline_outbox_pending", () => _pending, "{event}", "Facts that the transport has not taken yet.");
        _meter.CreateObservableGauge("tideline_bus_lag", () => _lag, "{event}", "Events that a group has not passed yet.");
        _meter.CreateObservableGauge("tideline_bus_parked", () => _parked, "{event}", "Events that failed, or stand behind one that did.");
        _meter.CreateObservableGauge("tideline_bus_dead_letters_waiting", () => _dead, "{event}", "Dead letters that nobody has decided on.");
    }

    /// <inheritdoc/>
    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        while (true)
        {
            health.Beat();
            await LookAsync(ct);
            await Task.Delay(Interval, _clock, ct);
        }
    }

    public void Dispose() => _meter.Dispose();

    private async Task LookAsync(CancellationToken ct)
    {
        var pending = new List<Measurement<long>>();
        foreach (var name in _databases)
        {
            await using var batch = _provider.GetRequiredKeyedService<ServiceDatabase>(name).CreateSystemBatch()
                .Add($"select count(*) from (select 1 from outbox limit {CountUpTo}) as few");
            await using var reader = await batch.ExecuteReaderAsync(ct);
            await reader.ReadAsync(ct);
            pending.Add(new Measurement<long>(reader.GetInt64(0), new KeyValuePair<string, object?>("service", name)));
        }
        _pending = [.. pending];
        // Each process tells of its own groups, or a sum over processes would count them many times.
        var groups = (await _status.GroupsAsync(ct)).Where(g => _groups.Contains(g.Name)).ToList();
        _lag = [.. groups.Select(g => Of(g, g.Lag))];
        _parked = [.. groups.Select(g => Of(g, g.Parked))];
        _dead = [.. groups.Select(g => Of(g, g.DeadLetters))];
    }

    private static Measurement<long> Of(GroupStatus group, long value) => new(value, new KeyValuePair<string, object?>("group", group.Name));
}
