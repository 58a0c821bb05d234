using System.Text.Json;
using Microsoft.Extensions.Logging;
using Tideline.Contracts;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Events.Dispatch;

/// <summary>
/// Brings events to one service's handlers, whichever transport they came by. Tries runs in one transaction; a run that fails is halved
/// until the event at fault stands alone, so that only that one, and what follows it under its key, is given back.
/// </summary>
internal sealed class Dispatcher
{
    private readonly Dictionary<string, List<HandlerCall>> _calls;
    private readonly DeliveryTransaction _transaction;
    private readonly BusOptions _options;
    private readonly ILogger _log;

    public Dispatcher(ServiceRegistration service, DeliveryTransaction transaction, BusOptions options, TimeProvider clock, ILogger log)
    {
        Service = service;
        _calls = service.Subscriptions.GroupBy(s => EventTypes.Of(s.Event).Name, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Select(HandlerCall.Of).ToList(), StringComparer.Ordinal);
        (_transaction, _options, _log) = (transaction, options, log);
        HandledLastMinute = new MinuteCount(clock);
    }

    public ServiceRegistration Service { get; }

    /// <summary>Deliveries handled here.</summary>
    public MinuteCount HandledLastMinute { get; }

    /// <summary>Wire names of the events that the service reacts to.</summary>
    public IReadOnlyCollection<string> Types => _calls.Keys;

    /// <summary>Handles a chunk in order.</summary>
    /// <param name="chunk">Events of one partition or several, those of each in their order.</param>
    /// <param name="waiting">Keys with earlier events that still wait: theirs are given back untried.</param>
    /// <returns>The events that could not be handled now, in their order. All others have had their effect.</returns>
    /// <exception cref="DatabaseUnavailableException">Nothing can be handled now; the chunk is to be brought again as a whole.</exception>
    public async Task<IReadOnlyList<Unhandled>> HandleAsync(IReadOnlyList<Delivery> chunk, ISet<OrderKey> waiting, CancellationToken ct)
    {
        var unhandled = new SortedList<(short Partition, long Position), Unhandled>();
        var blocked = new HashSet<OrderKey>(waiting);
        var pending = new List<Delivery>(chunk);
        while (pending.Count > 0)
        {
            ct.ThrowIfCancellationRequested();
            var run = Decode(Runs.TakeNext(pending), blocked, unhandled);
            var atFault = new HashSet<OrderKey>();
            foreach (var call in _calls.GetValueOrDefault(run.Count > 0 ? run[0].Delivery.Event.Type : "") ?? [])
            {
                // One subscriber's trouble is not the other's: each goes through the whole run.
                var failed = new HashSet<OrderKey>();
                foreach (var part in run.Chunk(call.TakesMany ? run.Count : _options.HandleBatch)) await TryAsync(call, part, failed, unhandled, ct);
                atFault.UnionWith(failed);
            }
            blocked.UnionWith(atFault);
        }
        return [.. unhandled.Values];
    }

    private List<Decoded> Decode(List<Delivery> run, HashSet<OrderKey> blocked, SortedList<(short Partition, long Position), Unhandled> unhandled)
    {
        var decoded = new List<Decoded>(run.Count);
        foreach (var delivery in run)
        {
            if (blocked.Contains(delivery.OrderKey))
            {
                unhandled[delivery.Place] = new Unhandled(delivery, null, false);
                continue;
            }
            if (!_calls.TryGetValue(delivery.Event.Type, out var calls)) continue;
            if (delivery.Event.Version > calls[0].Version)
            {
                // A newer process is at work beside this one; it, or this one's successor, will understand.
                unhandled[delivery.Place] = new Unhandled(delivery, $"Version {delivery.Event.Version} of its payload is newer than this process.", false);
                blocked.Add(delivery.OrderKey);
                continue;
            }
            try
            {
                decoded.Add(new Decoded(delivery, calls[0].Decode(delivery.Event)));
            }
            catch (Exception e) when (e is JsonException or NotSupportedException or FormatException or ArgumentException)
            {
                _log.LogError(e, "{Service}: {Type} {Id} cannot be read", Service.Name, delivery.Event.Type, delivery.Event.Id);
                unhandled[delivery.Place] = new Unhandled(delivery, "The payload cannot be read: " + e.Message, true);
            }
        }
        return decoded;
    }

    private async Task TryAsync(
        HandlerCall call, Decoded[] events, HashSet<OrderKey> failed, SortedList<(short Partition, long Position), Unhandled> unhandled, CancellationToken ct)
    {
        if (failed.Count > 0)
        {
            foreach (var behind in events.Where(e => failed.Contains(e.Delivery.OrderKey)))
                unhandled.TryAdd(behind.Delivery.Place, new Unhandled(behind.Delivery, null, false));
            events = [.. events.Where(e => !failed.Contains(e.Delivery.OrderKey))];
        }
        if (events.Length == 0) return;
        var error = await _transaction.RunAsync(call, events, ct);
        if (error is null)
        {
            HandledLastMinute.Add(events.Length);
            return;
        }
        if (events.Length > 1)
        {
            var half = events.Length / 2;
            await TryAsync(call, [.. events.Take(half)], failed, unhandled, ct);
            await TryAsync(call, [.. events.Skip(half)], failed, unhandled, ct);
            return;
        }
        var (delivery, _) = events[0];
        BusTelemetry.Failed.Add(1, new("group", Service.Name), new("type", delivery.Event.Type));
        _log.LogWarning(error, "{Subscriber} failed on {Type} {Id}", call.Subscription.Name, delivery.Event.Type, delivery.Event.Id);
        failed.Add(delivery.OrderKey);
        var text = $"{call.Subscription.Name}: {error.GetType().Name}: {error.Message}";
        unhandled[delivery.Place] = unhandled.GetValueOrDefault(delivery.Place) is { Error: { } other } earlier
            ? earlier with { Error = other + "\n" + text }
            : new Unhandled(delivery, text, false);
    }
}

/// <summary>An event with what its payload says.</summary>
internal sealed record Decoded(Delivery Delivery, IEvent Event);
