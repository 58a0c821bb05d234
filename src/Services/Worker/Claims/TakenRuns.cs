using Npgsql;
using NpgsqlTypes;
using Tideline.Contracts.Worker;
using Tideline.Platform.Data;

namespace Tideline.Worker.Claims;

/// <summary>A run that was taken out of its lease: whoever has it says how it ended, and nobody else can.</summary>
internal readonly record struct TakenRun(Guid Tenant, Guid Id, int Attempt, DateTime ClaimedAt, bool Cancelled);

/// <summary>Takes runs out of leases. A run that stands in no lease of the asking runner with this attempt is not there to be taken.</summary>
internal static class TakenRuns
{
    /// <summary>
    /// First part of a statement that ends with what is to be done with the rows of <c>taken</c>. The leases of a runner are locked in one
    /// order, so its heartbeat, and a rescue at the same moment, come before or after.
    /// </summary>
    /// <remarks>
    /// Joins of what is given with what is held must hash: they are as long as a claim. So this runs without the settings of engines that
    /// forbid it; the tables are small enough for any other plan.
    /// </remarks>
    public const string Sql = """
        with given as materialized (
            select g.tenant_id, g.id, g.attempt from unnest($2, $3, $4) as g (tenant_id, id, attempt)
        ), held as materialized (
            select l.tenant_id, l.id, l.queue, l.claimed_at, l.ids, l.attempts, l.cancelled
            from lease l where {held} order by l.tenant_id, l.id for update
        ), runs as materialized (
            select h.tenant_id, h.id as lease, h.queue, h.claimed_at, u.id, u.attempt, u.id = any (h.cancelled) as cancelled, g.id is not null as is_taken
            from held h cross join lateral unnest(h.ids, h.attempts) as u (id, attempt)
            left join given g on g.id = u.id and g.tenant_id = h.tenant_id and {attempt}
        ), rest as materialized (
            select tenant_id, lease, array_agg(id) filter (where not is_taken) as ids, array_agg(attempt) filter (where not is_taken) as attempts
            from runs group by tenant_id, lease having bool_or(is_taken)
        ), smaller as (
            update lease l set ids = r.ids, attempts = r.attempts from rest r where r.ids is not null and l.tenant_id = r.tenant_id and l.id = r.lease
        ), over as (
            delete from lease l using rest r where r.ids is null and l.tenant_id = r.tenant_id and l.id = r.lease
        ), taken as materialized (
            select tenant_id, id, attempt, queue, claimed_at, cancelled from runs where is_taken
        )
        """;

    private const string Fenced = "g.attempt = u.attempt", All = " select tenant_id, id, attempt, claimed_at, cancelled from taken";

    /// <summary>The statement for plain successes: leases of jobs without unique keys, which have nothing more to be done than to be noted.</summary>
    public static string ForPlain(string end) => Sql.Replace("{held}", "l.worker = $1 and not l.keyed", StringComparison.Ordinal).Replace("{attempt}", Fenced, StringComparison.Ordinal) + end;

    /// <summary>The parameters of <see cref="Sql"/>.</summary>
    public static NpgsqlParameter[] Parameters(Guid worker, IReadOnlyCollection<RunResult> results)
    {
        var (tenants, ids, attempts) = (new Guid[results.Count], new Guid[results.Count], new int[results.Count]);
        var i = 0;
        foreach (var result in results)
        {
            (tenants[i], ids[i], attempts[i]) = (result.TenantId ?? Guid.Empty, result.Id, result.Attempt);
            i++;
        }
        return
        [
            new NpgsqlParameter<Guid> { TypedValue = worker }, new NpgsqlParameter<Guid[]> { TypedValue = tenants },
            new NpgsqlParameter<Guid[]> { TypedValue = ids }, new NpgsqlParameter<int[]> { TypedValue = attempts },
        ];
    }

    /// <summary>Takes those of the results whose runs are the runner's.</summary>
    public static async Task<List<TakenRun>> TakeAsync(ServiceTransaction transaction, Guid worker, IReadOnlyCollection<RunResult> results, bool withoutFencing, CancellationToken ct)
    {
        var sql = Sql.Replace("{held}", withoutFencing ? "$1 is not null" : "l.worker = $1", StringComparison.Ordinal)
            .Replace("{attempt}", withoutFencing ? "true" : Fenced, StringComparison.Ordinal);
        await using var command = transaction.Command(sql + All);
        foreach (var parameter in Parameters(worker, results)) command.Parameters.Add(parameter);
        var taken = new List<TakenRun>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            taken.Add(new TakenRun(reader.GetGuid(0), reader.GetGuid(1), reader.GetInt32(2), reader.GetDateTime(3), reader.GetBoolean(4)));
        return taken;
    }

    /// <summary>Takes whole leases away; the statement deletes them and returns tenant_id, ids, attempts, claimed_at, cancelled.</summary>
    public static async Task<List<TakenRun>> TakeLeasesAsync(ServiceTransaction transaction, string sql, Guid? worker, CancellationToken ct)
    {
        await using var command = transaction.Command(sql);
        if (worker is { } id) command.Parameters.Add(new NpgsqlParameter { Value = id, NpgsqlDbType = NpgsqlDbType.Uuid });
        var taken = new List<TakenRun>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var (tenant, ids, attempts, claimedAt) = (reader.GetGuid(0), reader.GetFieldValue<Guid[]>(1), reader.GetFieldValue<int[]>(2), reader.GetDateTime(3));
            var cancelled = reader.GetFieldValue<Guid[]>(4);
            for (var i = 0; i < ids.Length; i++) taken.Add(new TakenRun(tenant, ids[i], attempts[i], claimedAt, cancelled.Contains(ids[i])));
        }
        return taken;
    }
}
