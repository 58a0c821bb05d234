using Tideline.Platform.Data;

namespace Tideline.Platform.Events.Log;

/// <summary>A group's cursors and the leases on them: who may work on which partition is decided here, by the database and its clock.</summary>
internal sealed class GroupCursors(BusDatabase bus, string group, Presence presence, TimeSpan lease)
{
    // Members that have shown life lately and, as far as that can be told, have not died since.
    private static readonly string Living = $"""
        select owner from member
        where group_name = $1 and seen_at >= now() - $2 and (owner = $4 or session is null or not $3 or session::bigint in (
            select objid::bigint from pg_locks
            where locktype = 'advisory' and classid::bigint = {Presence.LockClass} and objsubid = 2
                and database = (select oid from pg_database where datname = current_database())))
        """;

    private readonly string _owner = presence.Owner;
    private int? _told;

    /// <summary>What the others were told of this process' presence is no longer true.</summary>
    public bool PresenceChanged => _told != presence.Session;

    /// <summary>The group exists, from the beginning of the log when it is new.</summary>
    public async Task RegisterAsync(CancellationToken ct)
    {
        await using var batch = bus.CreateBatch().Add(
            $"insert into cursor (group_name, partition) select $1, generate_series(0, {Partitions.Count - 1}) on conflict do nothing", Parameter.Of(group));
        await batch.ExecuteAsync(ct);
    }

    /// <summary>Shows life, prolongs what is held.</summary>
    /// <returns>The partitions that are still held, and how many this process should hold.</returns>
    public async Task<(HashSet<short> Held, int Share)> RenewAsync(short[] held, long handled, CancellationToken ct)
    {
        var session = presence.Session;
        await using var batch = bus.CreateBatch()
            .Add("""
                insert into member (group_name, owner, seen_at, handled, session) values ($1, $2, now(), $3, $4)
                on conflict (group_name, owner) do update set seen_at = excluded.seen_at, handled = excluded.handled, session = excluded.session
                """, Parameter.Of(group), Parameter.Of(_owner), Parameter.Of(handled), Parameter.Of(session))
            .Add("delete from member where group_name = $1 and seen_at < now() - 10 * $2", Parameter.Of(group), Parameter.Of(lease))
            .Add("""
                update cursor set leased_until = now() + $4 where group_name = $1 and owner = $2 and partition = any($3)
                returning partition
                """, Parameter.Of(group), Parameter.Of(_owner), Parameter.Of(held), Parameter.Of(lease))
            .Add(Living + " order by owner", Parameter.Of(group), Parameter.Of(lease), Parameter.Of(presence.CanJudge), Parameter.Of(_owner));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var still = new HashSet<short>();
        while (await reader.ReadAsync(ct)) still.Add(reader.GetInt16(0));
        await reader.NextResultAsync(ct);
        var members = new List<string>();
        while (await reader.ReadAsync(ct)) members.Add(reader.GetString(0));
        _told = session;
        var rank = members.IndexOf(_owner);
        var share = Partitions.Count / members.Count + (rank < Partitions.Count % members.Count ? 1 : 0);
        return (still, share);
    }

    /// <summary>Takes up to <paramref name="count"/> partitions that are free or whose lease has run out.</summary>
    public async Task<List<Lane>> ClaimAsync(short[] held, int count, CancellationToken ct)
    {
        await using var batch = bus.CreateBatch().Add($"""
            with free as (
                select partition from cursor
                where group_name = $1 and partition <> all($5) and (owner is null or owner = $4 or leased_until < now() or owner not in ({Living}))
                order by partition limit $6 for update skip locked
            )
            update cursor c set owner = $4, leased_until = now() + $2, takeovers = case
                -- Given back in good order, or nothing waits: its end says nothing about what comes next.
                when c.owner is null or c.owner = $4 or c.position >= h.position then c.takeovers else c.takeovers + 1 end
            from free join head h using (partition)
            where c.group_name = $1 and c.partition = free.partition
            returning c.partition, c.position, c.takeovers
            """, Parameter.Of(group), Parameter.Of(lease), Parameter.Of(presence.CanJudge), Parameter.Of(_owner), Parameter.Of(held), Parameter.Of(count));
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
                """, Parameter.Of(group), Parameter.Of(_owner), EventColumns.Array(moves, m => m.Partition), EventColumns.Array(moves, m => m.From),
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
            Parameter.Of(group), Parameter.Of(_owner), Parameter.Of(partitions));
        if (leaveGroup) batch.Add("delete from member where group_name = $1 and owner = $2", Parameter.Of(group), Parameter.Of(_owner));
        await batch.ExecuteAsync(ct);
    }
}
