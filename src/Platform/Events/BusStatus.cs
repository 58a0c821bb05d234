using Microsoft.Extensions.DependencyInjection;
using Tideline.Platform.Data;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Events;

/// <summary>A consumer group as it stands.</summary>
/// <param name="Name">The service.</param>
/// <param name="Lag">Events that it has not passed yet, of whatever type.</param>
/// <param name="Parked">Events that failed and will be tried again, and those of the same keys behind them.</param>
/// <param name="DeadLetters">Events given up that somebody should look at.</param>
/// <param name="HandledLastMinute">Deliveries, as the group's processes told a few seconds ago.</param>
public sealed record GroupStatus(string Name, long Lag, long Parked, long DeadLetters, long HandledLastMinute);

/// <summary>An event that a group has given up.</summary>
public sealed record DeadLetter(
    Guid Id, string Group, EventEnvelope Event, string Error, int Attempts, DateTimeOffset FirstFailedAt, DateTimeOffset FailedAt);

/// <summary>The bus for those who run it: what waits, what failed, and what to do about it.</summary>
public sealed class BusStatus
{
    private readonly BusDatabase _bus;
    private readonly IEventTransport _transport;
    private readonly IServiceProvider _provider;
    private readonly string[] _databases;

    internal BusStatus(BusDatabase bus, IEventTransport transport, IServiceProvider provider, IEnumerable<ServiceRegistration> services)
    {
        (_bus, _transport, _provider) = (bus, transport, provider);
        _databases = [.. services.Where(s => s.Database is not null).Select(s => s.Name)];
    }

    /// <summary>All groups, of whatever process.</summary>
    public async Task<IReadOnlyList<GroupStatus>> GroupsAsync(CancellationToken ct)
    {
        await using var batch = _bus.CreateBatch().Add("""
            select c.group_name, sum(greatest(h.position - c.position, 0))::bigint,
                (select count(*) from parked p where p.group_name = c.group_name),
                (select count(*) from dead_letter d where d.group_name = c.group_name and d.status = 'waiting'),
                (select coalesce(sum(m.handled), 0)::bigint from member m where m.group_name = c.group_name and m.seen_at > now() - interval '1 minute')
            from cursor c join head h using (partition) group by c.group_name order by c.group_name
            """);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var groups = new List<GroupStatus>();
        while (await reader.ReadAsync(ct))
            groups.Add(new GroupStatus(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4)));
        return groups;
    }

    /// <summary>Events that the log took in the last minute.</summary>
    public Task<long> PublishedLastMinuteAsync(CancellationToken ct) => _transport.PublishedLastMinuteAsync(ct);

    /// <summary>Connections that the bus' database server has now, and how many it allows.</summary>
    public async Task<(int Used, int Max)> ConnectionsAsync(CancellationToken ct)
    {
        // Of other roles' sessions only the name of the database is visible.
        await using var batch = _bus.CreateBatch().Add(
            "select (select count(*) from pg_stat_activity where datname is not null)::int, current_setting('max_connections')::int");
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return (reader.GetInt32(0), reader.GetInt32(1));
    }

    /// <summary>Dead letters that wait for a decision, newest first.</summary>
    /// <param name="group">Of this group only.</param>
    /// <param name="tenantId">Of this tenant only; none shows those of all tenants, for whoever runs the installation.</param>
    /// <param name="before">The last id of the page before.</param>
    /// <param name="limit">Rows.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(string? group, Guid? tenantId, Guid? before, int limit, CancellationToken ct)
    {
        await using var batch = _bus.CreateBatch().Add($"""
            select id, group_name, error, attempts, first_failed_at, failed_at, {EventColumns.List} from dead_letter
            where status = 'waiting' and ($1::text is null or group_name = $1) and ($2::uuid is null or tenant_id = $2) and ($3::uuid is null or id < $3)
            order by id desc limit $4
            """, Parameter.Of(group, "text"), Parameter.Of(tenantId, "uuid"), Parameter.Of(before, "uuid"), Parameter.Of(limit));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var letters = new List<DeadLetter>();
        while (await reader.ReadAsync(ct))
        {
            letters.Add(new DeadLetter(
                reader.GetGuid(0), reader.GetString(1), EventColumns.Read(reader, 6), reader.GetString(2), reader.GetInt32(3),
                reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(5)));
        }
        return letters;
    }

    /// <summary>Has the group try a dead letter again, with as many attempts as a new event. Asked twice, it happens once.</summary>
    /// <param name="id">The dead letter.</param>
    /// <param name="tenantId">It must be this tenant's; none for whoever runs the installation.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>False when there is none that waits.</returns>
    public Task<bool> ReplayAsync(Guid id, Guid? tenantId, CancellationToken ct) => DecideAsync(id, tenantId, $"""
        with letter as (
            update dead_letter set status = 'replayed', decided_at = now()
            where id = $1 and status = 'waiting' and ($2::uuid is null or tenant_id = $2) returning *
        ), parked_again as (
            insert into parked (group_name, partition, position, attempts, next_attempt_at, last_error, {EventColumns.List})
            select group_name, partition, position, 0, now(), error, {EventColumns.List} from letter
            on conflict do nothing
        )
        select group_name from letter
        """, ct);

    /// <summary>Puts a dead letter away for good.</summary>
    /// <returns>False when there is none that waits.</returns>
    public Task<bool> DiscardAsync(Guid id, Guid? tenantId, CancellationToken ct) => DecideAsync(id, tenantId, """
        with letter as (
            update dead_letter set status = 'discarded', decided_at = now()
            where id = $1 and status = 'waiting' and ($2::uuid is null or tenant_id = $2) returning group_name
        )
        select group_name from letter
        """, ct);

    /// <summary>Whether the services of this process have published and handled everything there is. For tests and for waiting after a seed.</summary>
    public async Task<bool> IsIdleAsync(CancellationToken ct)
    {
        // Outboxes on both sides of the groups: what a handler publishes in between would be missed by one look.
        return await OutboxesAreEmptyAsync(ct) && await _transport.IsCaughtUpAsync(ct) && await OutboxesAreEmptyAsync(ct) && await _transport.IsCaughtUpAsync(ct);
    }

    private async Task<bool> OutboxesAreEmptyAsync(CancellationToken ct)
    {
        foreach (var name in _databases)
        {
            await using var batch = _provider.GetRequiredKeyedService<ServiceDatabase>(name).CreateSystemBatch().Add("select not exists (select 1 from outbox)");
            await using var reader = await batch.ExecuteReaderAsync(ct);
            await reader.ReadAsync(ct);
            if (!reader.GetBoolean(0)) return false;
        }
        return true;
    }

    private async Task<bool> DecideAsync(Guid id, Guid? tenantId, string sql, CancellationToken ct)
    {
        await using var batch = _bus.CreateBatch().Add(sql, Parameter.Of(id), Parameter.Of(tenantId, "uuid"));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var group = await reader.ReadAsync(ct) ? reader.GetString(0) : null;
        await reader.NextResultAsync(ct);
        if (group is not null) _transport.LookAgain(group);
        return group is not null;
    }
}
