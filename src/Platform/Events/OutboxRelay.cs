using Npgsql;
using Tideline.Platform.Data;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Events;

/// <summary>
/// Moves one service's facts from its outbox to the transport. Rows are claimed by their existence, never by a cursor over numbers: a slow
/// transaction commits a low number late. A process that dies between the append and its commit appends again; the inboxes absorb it.
/// </summary>
internal sealed class OutboxRelay(ServiceDatabase database, OutboxSignal signal, IEventTransport transport, BusOptions options) : IServiceLoop
{
    // One relay per service over all processes, else two batches could change places and with them the order of a key.
    private const long LockKey = 0x7469_6465_6f75_7462; // "tideoutb"

    private static readonly string Claim = $"""
        with next as (select id as event_id, seq from outbox order by seq limit $1 for update skip locked)
        delete from outbox o using next where o.id = next.event_id
        returning {string.Join(", ", EventColumns.List.Split(", ").Select(c => c == "source" ? "$2" : c))}, next.seq
        """;

    /// <inheritdoc/>
    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        while (true)
        {
            health.Beat();
            while (await MoveAsync(ct) == options.RelayBatch) health.Beat();
            while (!await signal.WaitAsync(options.OutboxPoll, ct) && await IsEmptyAsync(ct)) health.Beat();
        }
    }

    /// <summary>Moves one batch.</summary>
    /// <returns>How many events were moved.</returns>
    internal async Task<int> MoveAsync(CancellationToken ct)
    {
        CrashPoints.Hit("relay.before-claim");
        await using var transaction = await database.BeginSystemAsync(ct);
        List<EventEnvelope> events;
        try
        {
            events = await ClaimAsync(transaction, ct);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return 0; // The relay of another process is at work; what it did not see is there at the next look.
        }
        if (events.Count == 0) return 0;
        CrashPoints.Hit("relay.before-append");
        await transport.AppendAsync(events, ct);
        CrashPoints.Hit("relay.after-append");
        await transaction.CommitAsync(ct);
        return events.Count;
    }

    private async Task<List<EventEnvelope>> ClaimAsync(ServiceTransaction transaction, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(transaction.Connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("set local lock_timeout = '5s'"),
                new NpgsqlBatchCommand($"select pg_advisory_xact_lock({LockKey})"),
                new NpgsqlBatchCommand(Claim) { Parameters = { new() { Value = options.RelayBatch }, new() { Value = database.Service } } },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        var rows = new List<(long Seq, EventEnvelope Event)>();
        while (await reader.ReadAsync(ct)) rows.Add((reader.GetInt64(EventColumns.Count), EventColumns.Read(reader, 0)));
        // A DELETE answers in the order of the table.
        rows.Sort((a, b) => a.Seq.CompareTo(b.Seq));
        return rows.ConvertAll(r => r.Event);
    }

    /// <summary>Whether there is nothing to move; one round trip, for the many times when that is so.</summary>
    internal async Task<bool> IsEmptyAsync(CancellationToken ct)
    {
        await using var batch = database.CreateSystemBatch().Add("select not exists (select 1 from outbox)");
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return reader.GetBoolean(0);
    }
}
