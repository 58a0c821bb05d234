using System.Collections.Concurrent;
using System.Globalization;
using Tideline.Platform.Data;
using Tideline.Platform.Events;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Realtime;

/// <summary>
/// Merges hints and sends them by NOTIFY, from one loop and never from a business transaction: the first at once, those that follow within a
/// second together at its end.
/// </summary>
internal sealed class LiveUpdates(BusDatabase bus, TimeProvider clock) : ILiveUpdates, IServiceLoop
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);
    private const int MostAtOnce = 500;

    private readonly ConcurrentDictionary<(Guid Tenant, string Topic), Hint> _hints = new();
    private readonly Signal _wake = new();

    /// <inheritdoc/>
    public void Changed(Guid tenantId, string topic, Guid? id = null)
    {
        _hints.AddOrUpdate((tenantId, topic), _ => new Hint(true, id, 0), (_, known) => known.Pending
            ? known with { Id = known.Id == id ? id : null } // Several things: ask for all.
            : known with { Pending = true, Id = id });
        _wake.Raise();
    }

    /// <inheritdoc/>
    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        while (true)
        {
            health.Beat();
            if (_hints.IsEmpty) await _wake.WaitAsync(TimeSpan.FromSeconds(10), ct);
            else await Task.Delay(Tick, clock, ct);
            var due = TakeDue();
            if (due.Count == 0) continue;
            await using var batch = bus.CreateBatch().Add(
                $"select pg_notify('{LiveFeed.Channel}', hint) from unnest($1) as hint", Parameter.Of<string[]>([.. due]));
            await batch.ExecuteAsync(ct);
        }
    }

    private List<string> TakeDue()
    {
        var now = clock.GetTimestamp();
        var due = new List<string>();
        foreach (var (key, hint) in _hints)
        {
            var quiet = clock.GetElapsedTime(hint.SentAt, now);
            if (!hint.Pending)
            {
                if (quiet > Interval) _hints.TryRemove(new(key, hint));
                continue;
            }
            if (due.Count == MostAtOnce || (hint.SentAt != 0 && quiet < Interval)) continue;
            if (!_hints.TryUpdate(key, hint with { Pending = false, SentAt = now }, hint)) continue; // Changed meanwhile: the next tick takes it.
            due.Add(new LiveChange(key.Tenant, key.Topic, hint.Id).ToString());
        }
        return due;
    }

    private sealed record Hint(bool Pending, Guid? Id, long SentAt);
}

/// <summary>A hint that something under a topic of a tenant changed.</summary>
/// <param name="TenantId">Whose.</param>
/// <param name="Topic">What, see <see cref="ILiveUpdates.Changed"/>.</param>
/// <param name="Id">Which one; none when it was more than one.</param>
public sealed record LiveChange(Guid TenantId, string Topic, Guid? Id)
{
    /// <summary>As it travels.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{TenantId:n} {Topic} {Id:n}");

    internal static LiveChange? Parse(string text)
    {
        var parts = text.Split(' ');
        if (parts.Length < 2 || !Guid.TryParse(parts[0], out var tenant)) return null;
        return new LiveChange(tenant, parts[1], parts.Length > 2 && Guid.TryParse(parts[2], out var id) ? id : null);
    }
}
