using Microsoft.Extensions.Options;
using NpgsqlTypes;
using Tideline.Contracts.Worker;
using Tideline.Platform.Data;
using Tideline.Platform.Realtime;

namespace Tideline.Worker.Claims;

/// <summary>Renews a runner's leases, takes down progress, and tells it what became of its runs.</summary>
internal sealed class HeartbeatRuns(ServiceDatabase<WorkerDb> database, IOptions<WorkerOptions> options, ILiveUpdates live)
{
    private const string Alive = """
        insert into worker (id, service, host, types) values ($1, $2, $3, $4)
        on conflict (id) do update set seen_at = clock_timestamp(), types = excluded.types
        """;

    private const string Renew = """
        update job j
        set leased_until = clock_timestamp() + $6,
            progress = coalesce(r.progress, j.progress), progress_text = coalesce(r.progress_text, j.progress_text)
        from unnest($2, $3, $4, $5) as r (id, attempt, progress, progress_text)
        where j.id = r.id and j.state = 'running' and j.lease_owner = $1 and j.attempt = r.attempt
        returning j.tenant_id, j.id, j.cancel_requested
        """;

    public async Task<HeartbeatAnswer> BeatAsync(string service, HeartbeatRequest request, CancellationToken ct)
    {
        var held = new Dictionary<Guid, (Guid Tenant, bool Cancelled)>();
        await using var transaction = await database.BeginSystemAsync(ct);
        await transaction.ExecuteAsync(Alive, [request.WorkerId, service, Texts.Fit(request.Host, 200), request.Types.ToArray()], ct);
        if (request.Jobs.Count > 0)
        {
            await using var command = transaction.Command(Renew,
                request.WorkerId, request.Jobs.Select(j => j.Id).ToArray(), request.Jobs.Select(j => j.Attempt).ToArray());
            command.Parameters.Add(new() { Value = request.Jobs.Select(j => Texts.Percent(j.Progress)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Double });
            command.Parameters.Add(new() { Value = request.Jobs.Select(j => Texts.Fit(j.ProgressText, Texts.MaxLine)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            command.Parameters.Add(new() { Value = options.Value.Lease });
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct)) held[reader.GetGuid(1)] = (reader.GetGuid(0), reader.GetBoolean(2));
        }
        await RunLog.WriteAsync(transaction, Lines(request, held), ct);
        await transaction.CommitAsync(ct);
        foreach (var job in request.Jobs.Where(j => held.ContainsKey(j.Id) && (j.Progress is not null || j.ProgressText is not null)))
            live.Changed(held[job.Id].Tenant, "jobs", job.Id);
        return new HeartbeatAnswer(
            [.. request.Jobs.Where(j => !held.ContainsKey(j.Id)).Select(j => j.Id)],
            [.. held.Where(h => h.Value.Cancelled).Select(h => h.Key)]);
    }

    private static IEnumerable<RunLog.Line> Lines(HeartbeatRequest request, Dictionary<Guid, (Guid Tenant, bool Cancelled)> held) =>
        from job in request.Jobs
        where held.ContainsKey(job.Id)
        from line in job.Log ?? []
        select new RunLog.Line(held[job.Id].Tenant, job.Id, job.Attempt, line.At, line.Text);
}
