using Npgsql;

namespace Tideline.Platform.Events.Log;

/// <summary>A group's cursors and the leases on them: who may work on which partition is decided here, by the database and its clock.</summary>
internal sealed class GroupCursors(BusDatabase bus, string group, string owner, TimeSpan lease)
{
    /// <summary>The group exists, from the beginning of the log when it is new.</summary>
    public async Task RegisterAsync(CancellationToken ct)
    {
        await using var batch = bus.CreateBatch().Add(
            $"insert into cursor (group_name, partition) select $1, generate_series(0, {Partitions.Count - 1}) on conflict do nothing", Text(group));
        await batch.ExecuteAsync(ct);
    }

    /// <summary>Shows life, prolongs what is held.</summary>
    /// <returns>The partitions that are still held, and how many this process should hold.</returns>
    public async Task<(HashSet<short> Held, int Share)> RenewAsync(short[] held, CancellationToken ct)
    {
        await using var batch = bus.CreateBatch()
            .Add("""
                insert into member (group_name, owner, seen_at) values ($1, $2, now())
                on conflict (group_name, owner) do update set seen_at = excluded.seen_at
                """, Text(group), Text(owner))
            .Add("delete from member where group_name = $1 and seen_at < now() - 10 * $2", Text(group), Span(lease))
            .Add("""
                update cursor set leased_until = now() + $4 where group_name = $1 and owner = $2 and partition = any($3)
                returning partition
                """, Text(group), Text(owner), Shorts(held), Span(lease))
            .Add("select owner from member where group_name = $1 and seen_at >= now() - $2 order by owner", Text(group), Span(lease));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var still = new HashSet<short>();
        while (await reader.ReadAsync(ct)) still.Add(reader.GetInt16(0));
        await reader.NextResultAsync(ct);
        var members = new List<string>();
        while (await reader.ReadAsync(ct)) members.Add(reader.GetString(0));
        var rank = members.IndexOf(owner);
        var share = Partitions.Count / members.Count + (rank < Partitions.Count % members.Count ? 1 : 0);
        return (still, share);
    }

    /// <summary>Takes up to <paramref name="count"/> partitions that are free or whose lease has run out.</summary>
    public async Task<List<Lane>> ClaimAsync(short[] held, int count, CancellationToken ct)
    {
        await using var batch = bus.CreateBatch().Add("""
            with free as (
                select partition from cursor
                where group_name = $1 and partition <> all($3) and (owner is null or owner = $2 or leased_until < now())
                order by partition limit $4 for update skip locked
            )
            update cursor c set owner = $2, leased_until = now() + $5, takeovers = case
                -- Given back in good order, or nothing waits: its end says nothing about what comes next.
                when c.owner is null or c.owner = $2 or c.position >= h.position then c.takeovers else c.takeovers + 1 end
            from free join head h using (partition)
            where c.group_name = $1 and c.partition = free.partition
            returning c.partition, c.position, c.takeovers
            """, Text(group), Text(owner), Shorts(held), new NpgsqlParameter<int> { TypedValue = count }, Span(lease));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var lanes = new List<Lane>();
        while (await reader.ReadAsync(ct)) lanes.Add(new Lane(reader.GetInt16(0), reader.GetInt64(1), reader.GetInt32(2)));
        await reader.NextResultAsync(ct);
        return lanes;
    }

    /// <summary>Writes how far the lanes have come.</summary>
    /// <returns>Partitions whose cursor was as expected; the others are no longer held.</returns>
    public async Task<HashSet<short>> SaveAsync(IReadOnlyList<(short Partition, long From, long To)> moves, CancellationToken ct)
    {
        await using var batch = bus.CreateBatch()
            .Add("""
                update cursor c set position = m.reached, takeovers = 0
                from unnest($3::smallint[], $4::bigint[], $5::bigint[]) as m(partition, before, reached)
                where c.group_name = $1 and c.partition = m.partition and c.owner = $2 and c.position = m.before
                returning c.partition
                """, Text(group), Text(owner), EventColumns.Array(moves, m => m.Partition), EventColumns.Array(moves, m => m.From),
                EventColumns.Array(moves, m => m.To))
            // Lost in a crash of the server, the move is made again: the inbox knows the deliveries.
            .Add("select set_config('synchronous_commit', 'off', true)");
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var saved = new HashSet<short>();
        while (await reader.ReadAsync(ct)) saved.Add(reader.GetInt16(0));
        while (await reader.NextResultAsync(ct)) { }
        return saved;
    }

    /// <summary>Gives partitions back.</summary>
    public async Task ReleaseAsync(short[] partitions, bool leaveGroup, CancellationToken ct)
    {
        await using var batch = bus.CreateBatch().Add(
            "update cursor set owner = null, leased_until = null where group_name = $1 and owner = $2 and partition = any($3)",
            Text(group), Text(owner), Shorts(partitions));
        if (leaveGroup) batch.Add("delete from member where group_name = $1 and owner = $2", Text(group), Text(owner));
        await batch.ExecuteAsync(ct);
    }

    private static NpgsqlParameter Text(string value) => new NpgsqlParameter<string> { TypedValue = value };

    private static NpgsqlParameter Shorts(short[] value) => new NpgsqlParameter<short[]> { TypedValue = value };

    private static NpgsqlParameter Span(TimeSpan value) => new NpgsqlParameter<TimeSpan> { TypedValue = value };
}
