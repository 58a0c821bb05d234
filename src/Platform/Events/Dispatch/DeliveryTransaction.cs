using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Tideline.Platform.Clients;
using Tideline.Platform.Data;
using Tideline.Platform.Hosting;
using Tideline.Platform.Security;

namespace Tideline.Platform.Events.Dispatch;

/// <summary>
/// The transaction in which events have their effect: tenant set, deliveries recorded in the inbox, the handler's changes, what it publishes.
/// All or nothing, and a delivery that is recorded already is left out.
/// </summary>
internal sealed class DeliveryTransaction(ServiceRegistration service, IServiceScopeFactory scopes, BusOptions options, TimeProvider clock)
{
    private const int ImmediateTries = 3;

    // Ordered, so that two processes with the same events wait for each other in one direction only.
    private const string Inbox = """
        insert into inbox (event_id, subscriber) select id, $2 from unnest($1) as id order by id
        on conflict do nothing returning event_id
        """;

    /// <summary>Handles events of one tenant and type together.</summary>
    /// <returns>Why it was rolled back; null when it is done.</returns>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<Exception?> RunAsync(HandlerCall call, IReadOnlyList<Decoded> events, CancellationToken ct)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await HandleAsync(call, events, ct);
                foreach (var (delivery, _) in events)
                    BusTelemetry.Latency.Record((clock.GetUtcNow() - delivery.Event.Time).TotalSeconds, new KeyValuePair<string, object?>("group", service.Name));
                BusTelemetry.Handled.Add(events.Count, new KeyValuePair<string, object?>("group", service.Name));
                return null;
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                throw;
            }
#pragma warning disable CA1031 // A handler may fail in any way; its failure belongs to the event.
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (Connection(e) is { } trouble && !await AnswersAsync(ct))
                    throw new DatabaseUnavailableException($"{service.Name}: the database does not answer", trouble);
                // Somebody else was at the same rows: the next try sees what they did.
                if (events.Count > 1 || tries == ImmediateTries || !IsCollision(e)) return e is OperationCanceledException ? TimedOut(e) : e;
            }
        }
    }

    private async Task HandleAsync(HandlerCall call, IReadOnlyList<Decoded> events, CancellationToken ct)
    {
        var first = events[0].Delivery.Event;
        await using var scope = scopes.CreateAsyncScope();
        var caller = scope.ServiceProvider.GetRequiredService<Caller>();
        if (first.TenantId is { } tenant) caller.UseTenant(tenant);
        else caller.UseSystem();
        ServiceFlow.Enter(service.Name, first.TenantId);

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.HandlerTimeout);
        // One event: its span holds the whole transaction. A run: each event's span holds its handler.
        using var span = events.Count == 1 || call.TakesMany ? Span(call, events) : null;
        var db = (ServiceDb)scope.ServiceProvider.GetRequiredService(service.Database!);
        // A handler that fails is rolled back as a whole, so there is nothing to go back to in between.
        db.Database.AutoSavepointsEnabled = false;
        await using var transaction = await db.Database.BeginTransactionAsync(limit.Token);
        var fresh = await RecordAsync(db, transaction, call, events, limit.Token);
        if (fresh.Count == 0) return;

        var handler = scope.ServiceProvider.GetRequiredService(call.Subscription.Handler);
        if (call.TakesMany)
        {
            EventScope.Current = fresh.Count == 1 ? fresh[0].Delivery.Event : null;
            await call.HandleManyAsync(handler, [.. fresh.Select(e => (e.Event, e.Delivery.Event))], limit.Token);
        }
        else
        {
            foreach (var one in fresh)
            {
                using var own = span is null ? Span(call, [one]) : null;
                EventScope.Current = one.Delivery.Event;
                await call.HandleAsync(handler, one.Event, limit.Token);
                // What it forgot to save must not be saved by its neighbour.
                if (fresh.Count > 1) db.ChangeTracker.Clear();
            }
        }
        EventScope.Current = null;
        await transaction.CommitAsync(limit.Token);
        CrashPoints.Hit("consumer.after-commit");
        db.RaiseOutboxSignal();
    }

    private async Task<IReadOnlyList<Decoded>> RecordAsync(
        ServiceDb db, IDbContextTransaction transaction, HandlerCall call, IReadOnlyList<Decoded> events, CancellationToken ct)
    {
        if (options.SkipInbox) return events;
        await using var command = new NpgsqlCommand(Inbox, (NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction)transaction.GetDbTransaction())
        {
            Parameters =
            {
                Parameter.Of<Guid[]>([.. events.Select(e => e.Delivery.Event.Id)]),
                Parameter.Of(call.Subscription.Name),
            },
        };
        var added = new HashSet<Guid>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) added.Add(reader.GetGuid(0));
        // An event that stands twice in the log stands twice in a run, too: only the first counts.
        return added.Count == events.Count ? events : [.. events.Where(e => added.Remove(e.Delivery.Event.Id))];
    }

    private static Activity? Span(HandlerCall call, IReadOnlyList<Decoded> events)
    {
        var first = events[0].Delivery.Event;
        var span = BusTelemetry.Start("tideline.bus handle " + first.Type, ActivityKind.Consumer, first);
        if (span is null) return null;
        span.SetTag("messaging.consumer.group.name", call.Subscription.Name);
        if (events.Count == 1) return span;
        span.SetTag("messaging.batch.message_count", events.Count);
        foreach (var (delivery, _) in events.Skip(1).Take(127))
            if (ActivityContext.TryParse(delivery.Event.Traceparent, null, isRemote: true, out var context)) span.AddLink(new ActivityLink(context));
        return span;
    }

    /// <summary>The failure of a connection in an exception; null when PostgreSQL itself said no, or it was something else.</summary>
    private static Exception? Connection(Exception e)
    {
        for (var inner = e; inner is not null; inner = inner.InnerException)
        {
            if (inner is PostgresException { SqlState: var state })
                return state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("53", StringComparison.Ordinal)
                    || state.StartsWith("57P", StringComparison.Ordinal) ? inner : null;
            if (inner is NpgsqlException) return inner;
        }
        return null;
    }

    private static bool IsCollision(Exception e)
    {
        for (var inner = e; inner is not null; inner = inner.InnerException)
        {
            if (inner is DbUpdateConcurrencyException) return true;
            if (inner is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable }) return true;
        }
        return false;
    }

    private TimeoutException TimedOut(Exception e) => new($"Not done within {options.HandlerTimeout.TotalSeconds:0.#} s.", e);

    private async Task<bool> AnswersAsync(CancellationToken ct)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var database = scope.ServiceProvider.GetRequiredKeyedService<ServiceDatabase>(service.Name);
            await using var command = database.DataSource.CreateCommand("select 1");
            await command.ExecuteScalarAsync(ct);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
