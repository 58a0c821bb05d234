using Tideline.Platform.Data;
using Tideline.Platform.Events.Dispatch;

namespace Tideline.Platform.Events.Log;

/// <summary>A parked event whose turn it is.</summary>
internal sealed record ParkedEvent(Delivery Delivery, int Attempts, string? LastError);

/// <summary>Where a group's failed events wait, and where they end when no attempt helped.</summary>
internal sealed class Parking(BusDatabase bus, string group, string owner, BusOptions options)
{
    private const string Lowest = """
        not exists (
            select 1 from parked e where e.group_name = p.group_name and e.partition = p.partition and e.key = p.key
                and e.tenant_id is not distinct from p.tenant_id and e.position < p.position)
        """;

    /// <summary>Moves the cursor past a chunk and parks what was not handled: both or none, and only while the partition is held.</summary>
    /// <param name="attempts">Attempts that are counted for those which failed.</param>
    /// <returns>False when the partition is no longer held.</returns>
    public async Task<bool> PassAsync(short partition, long from, long to, IReadOnlyList<Unhandled> unhandled, int attempts, CancellationToken ct)
    {
        await using var transaction = await bus.BeginAsync(ct);
        var moved = await transaction.ExecuteAsync(
            "update cursor set position = $5, takeovers = 0 where group_name = $1 and partition = $2 and owner = $3 and position = $4",
            [group, partition, owner, from, to], ct);
        if (moved == 0) return false;
        var waiting = unhandled.Where(u => !u.Undecodable).ToList();
        await using (var park = transaction.Command($"""
            insert into parked (group_name, partition, position, attempts, next_attempt_at, last_error, {EventColumns.List})
            select $1, $2, position, attempts, now() + pause, error, {EventColumns.List}
            from unnest($3::bigint[], $4::int[], $5::interval[], $6::text[], {EventColumns.Unnest(7)})
                as e(position, attempts, pause, error, {EventColumns.List})
            on conflict do nothing
            """, group, partition))
        {
            park.Parameters.Add(EventColumns.Array(waiting, u => u.Delivery.Position));
            park.Parameters.Add(EventColumns.Array(waiting, u => u.Error is null ? 0 : attempts));
            // What waits behind another is due as soon as it is the first of its key.
            park.Parameters.Add(EventColumns.Array(waiting, u => u.Error is null ? TimeSpan.Zero : options.Backoff(attempts)));
            park.Parameters.Add(EventColumns.Array(waiting, u => u.Error));
            park.Parameters.AddRange(EventColumns.Arrays([.. waiting.Select(u => u.Delivery.Event)]));
            await park.ExecuteNonQueryAsync(ct);
        }
        foreach (var dead in unhandled.Where(u => u.Undecodable)) await BuryAsync(transaction, dead.Delivery, dead.Error!, 1, null, ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    /// <summary>The first waiting event of each key whose time has come, longest due first.</summary>
    public async Task<List<(short Partition, OrderKey Key)>> DueAsync(short[] partitions, int limit, CancellationToken ct)
    {
        await using var batch = bus.CreateBatch().Add($"""
            select p.partition, p.tenant_id, p.key from parked p
            where p.group_name = $1 and p.partition = any($2) and p.next_attempt_at <= now() and {Lowest}
            order by p.next_attempt_at limit $3
            """, Parameter.Of(group), Parameter.Of(partitions),
            Parameter.Of(limit));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var due = new List<(short, OrderKey)>();
        while (await reader.ReadAsync(ct))
            due.Add((reader.GetInt16(0), new OrderKey(reader.IsDBNull(1) ? null : reader.GetGuid(1), reader.GetString(2))));
        return due;
    }

    /// <summary>Whether anything waits in these partitions.</summary>
    public async Task<bool> AnyAsync(short[] partitions, CancellationToken ct)
    {
        await using var batch = bus.CreateBatch().Add("select exists (select 1 from parked where group_name = $1 and partition = any($2))",
            Parameter.Of(group), Parameter.Of(partitions));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return reader.GetBoolean(0);
    }

    /// <summary>Counts an attempt on the first event of the key, before it is made.</summary>
    /// <returns>The event; null when nothing is due, or the partition is no longer held.</returns>
    public async Task<ParkedEvent?> ClaimAsync(short partition, OrderKey key, CancellationToken ct)
    {
        await using var batch = bus.CreateBatch().Add($"""
            update parked p set attempts = p.attempts + 1,
                -- Should this process die, others try again after the pause that this attempt would have earned.
                next_attempt_at = now() + least($6, $5 * 2 ^ least(p.attempts, 30)) * random()
            where p.group_name = $1 and p.partition = $2 and p.next_attempt_at <= now() and p.tenant_id is not distinct from $3::uuid and p.key = $4
                and {Lowest}
                and exists (select 1 from cursor c where c.group_name = $1 and c.partition = $2 and c.owner = $7)
            returning p.position, p.attempts, p.last_error, {Prefixed}
            """, Parameter.Of(group), Parameter.Of(partition),
            Parameter.Of(key.TenantId, "uuid"), Parameter.Of(key.Key),
            Parameter.Of(options.RetryFrom), Parameter.Of(options.RetryUpTo),
            Parameter.Of(owner));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        ParkedEvent? claimed = null;
        if (await reader.ReadAsync(ct))
        {
            claimed = new ParkedEvent(
                new Delivery(partition, reader.GetInt64(0), EventColumns.Read(reader, 3)), reader.GetInt32(1), reader.IsDBNull(2) ? null : reader.GetString(2));
        }
        await reader.NextResultAsync(ct);
        return claimed;
    }

    /// <summary>It has been handled.</summary>
    public async Task HandledAsync(Delivery delivery, CancellationToken ct)
    {
        await using var batch = bus.CreateBatch().Add(
            "delete from parked where group_name = $1 and partition = $2 and position = $3",
            Parameter.Of(group), Parameter.Of(delivery.Partition),
            Parameter.Of(delivery.Position));
        await batch.ExecuteAsync(ct);
    }

    /// <summary>It was not tried after all.</summary>
    public async Task ReturnAsync(ParkedEvent parked, CancellationToken ct)
    {
        await using var batch = bus.CreateBatch().Add(
            "update parked set attempts = attempts - 1, next_attempt_at = now() where group_name = $1 and partition = $2 and position = $3 and attempts = $4",
            Parameter.Of(group), Parameter.Of(parked.Delivery.Partition),
            Parameter.Of(parked.Delivery.Position), Parameter.Of(parked.Attempts));
        await batch.ExecuteAsync(ct);
    }

    /// <summary>It failed again and stays.</summary>
    public async Task FailedAsync(ParkedEvent parked, string error, CancellationToken ct)
    {
        await using var batch = bus.CreateBatch().Add(
            "update parked set last_error = $4, next_attempt_at = now() + $5 where group_name = $1 and partition = $2 and position = $3",
            Parameter.Of(group), Parameter.Of(parked.Delivery.Partition),
            Parameter.Of(parked.Delivery.Position), Parameter.Of(error),
            Parameter.Of(options.Backoff(parked.Attempts)));
        await batch.ExecuteAsync(ct);
    }

    /// <summary>It is given up; the next event of its key may go on.</summary>
    public async Task GiveUpAsync(ParkedEvent parked, string error, CancellationToken ct)
    {
        await using var transaction = await bus.BeginAsync(ct);
        await using var remove = transaction.Command(
            "delete from parked where group_name = $1 and partition = $2 and position = $3 returning parked_at",
            group, parked.Delivery.Partition, parked.Delivery.Position);
        if (await remove.ExecuteScalarAsync(ct) is not DateTime since) return;
        await BuryAsync(transaction, parked.Delivery, error, parked.Attempts, since, ct);
        await transaction.CommitAsync(ct);
    }

    private static readonly string Prefixed = string.Join(", ", EventColumns.List.Split(", ").Select(c => "p." + c));

    private async Task BuryAsync(ServiceTransaction transaction, Delivery delivery, string error, int attempts, DateTime? since, CancellationToken ct)
    {
        await using var command = transaction.Command($"""
            insert into dead_letter (id, group_name, partition, position, error, attempts, first_failed_at, {EventColumns.List})
            select $1, $2, $3, $4, $5, $6, coalesce($7::timestamptz, now()), {EventColumns.List}
            from unnest({EventColumns.Unnest(8)}) as e({EventColumns.List})
            on conflict (group_name, event_id) where status = 'waiting' do nothing
            """, Guid.CreateVersion7(), group, delivery.Partition, delivery.Position, error, attempts, since);
        command.Parameters.AddRange(EventColumns.Arrays([delivery.Event]));
        await command.ExecuteNonQueryAsync(ct);
        BusTelemetry.DeadLetters.Add(1, new KeyValuePair<string, object?>("group", group));
    }
}
