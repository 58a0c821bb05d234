using Microsoft.Extensions.Logging;
using Tideline.Platform.Events.Dispatch;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Events.Log;

/// <summary>Tries a group's parked events again, in the order of each key, for the partitions that this process holds.</summary>
internal sealed class GroupRetries(GroupConsumer consumer, Dispatcher dispatcher, Parking parking, BusOptions options, int atOnce, ILogger log) : IServiceLoop
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WhileWaiting = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        while (true)
        {
            health.Beat();
            var held = consumer.Held;
            var due = held.Length == 0 ? [] : await parking.DueAsync(held, 100, ct);
            await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = ct }, async (key, token) =>
                await RetryAsync(key.Partition, key.Key, health, token));
            if (due.Count > 0) continue;
            var waiting = held.Length > 0 && await parking.AnyAsync(held, ct);
            if (waiting) consumer.SomethingWaits();
            await consumer.Parked.WaitAsync(waiting ? WhileWaiting : Idle, ct);
        }
    }

    private async Task RetryAsync(short partition, OrderKey key, LoopHealth health, CancellationToken ct)
    {
        while (await parking.ClaimAsync(partition, key, ct) is { } parked)
        {
            health.Beat();
            if (parked.Attempts > options.MaxAttempts)
            {
                // The attempt was counted and no outcome recorded: its process died of it.
                await GiveUpAsync(parked, parked.LastError ?? "Its process ended while it was at work on this event.", ct);
                continue;
            }
            IReadOnlyList<Unhandled> unhandled;
            try
            {
                unhandled = await dispatcher.HandleAsync([parked.Delivery], new HashSet<OrderKey>(), ct);
            }
            catch (Exception e) when (e is DatabaseUnavailableException or OperationCanceledException)
            {
                // Not the event's failure, so not its attempt.
                await parking.ReturnAsync(parked, CancellationToken.None);
                throw;
            }
            CrashPoints.Hit("retry.before-record");
            switch (unhandled)
            {
                case []:
                    await parking.HandledAsync(parked.Delivery, ct);
                    break;
                case [{ Undecodable: true } never]:
                    await GiveUpAsync(parked, never.Error!, ct);
                    break;
                case [var failed, ..] when parked.Attempts >= options.MaxAttempts:
                    await GiveUpAsync(parked, failed.Error!, ct);
                    break;
                case [var failed, ..]:
                    await parking.FailedAsync(parked, failed.Error!, ct);
                    return;
            }
        }
    }

    private async Task GiveUpAsync(ParkedEvent parked, string error, CancellationToken ct)
    {
        log.LogError("{Group}: {Type} {Id} is a dead letter after {Attempts} attempts: {Error}", consumer.Group, parked.Delivery.Event.Type,
            parked.Delivery.Event.Id, Math.Min(parked.Attempts, options.MaxAttempts), error);
        await parking.GiveUpAsync(parked with { Attempts = Math.Min(parked.Attempts, options.MaxAttempts) }, error, ct);
    }
}
