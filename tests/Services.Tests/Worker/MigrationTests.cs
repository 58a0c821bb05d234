using Npgsql;
using Tideline.Platform.Data;
using Tideline.Testing;
using Tideline.Worker;

namespace Tideline.Services.Tests.Worker;

/// <summary>Jobs that were in the queue before its tables were parted.</summary>
public sealed class MigrationTests
{
    [Fact]
    public async Task Jobs_in_every_state_are_the_same_after_the_tables_were_parted()
    {
        var ct = TestContext.Current.CancellationToken;
        var connections = await Provisioner.EnsureAsync(await TestCluster.AdminAsync(), TestCluster.NextPrefix(), "worker", "owner", "app", ct);
        // As an owner's migration runs: closed to it by row-level security until it opens the table itself.
        await using var owner = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connections.Owner) { Pooling = false }.ConnectionString);
        await owner.OpenAsync(ct);
        await RunAsync(owner, Script("0001_worker"));
        Guid tenant = Guid.CreateVersion7(), runner = Guid.NewGuid();
        await RunAsync(owner, $"""
            insert into job (tenant_id, id, state, queue, type, payload, run_at, attempt, max_attempts, unique_key, lease_owner, leased_until, cancel_requested, error, started_at, finished_at)
            select '{tenant}', gen_random_uuid(), s, 'q', 'a.b', s, now(), 2, 3, case when n = 1 then s end,
                case when s = 'running' then '{runner}'::uuid end, case when s = 'running' then now() + interval '1 minute' end, s = 'running' and n = 2,
                case when s = 'dead' then 'rock' end, now() - interval '1 minute', case when s in ('completed', 'dead', 'cancelled') then now() end
            from unnest(array['ready', 'scheduled', 'running', 'completed', 'dead', 'cancelled']) s, generate_series(1, 3) n
            """);
        await RunAsync(owner, "alter table job enable row level security; alter table job force row level security");

        await RunAsync(owner, Script("0002_ready_and_leases"));

        // The payload says what it was before.
        var moved = await ReadAsync(owner, "select state, payload, count(*), sum(attempt), count(finished_at), count(*) filter (where cancel_requested) from job_now group by 1, 2 order by 1");
        Assert.Equal(
            [
                "cancelled cancelled 3 6 3 0", "completed completed 3 6 3 0", "dead dead 3 6 3 0", "ready ready 3 6 0 0", "running running 3 6 0 1", "scheduled scheduled 3 6 0 0",
            ], moved);
        // One key of each state; those that wait or run still keep others out.
        Assert.Equal(["3 3 1 3"], await ReadAsync(owner,
            "select count(*), (select count(*) from ready), (select count(*) from lease where keyed and cardinality(ids) = 1), (select count(*) from done) from job where holds_key"));
        Assert.Equal(["2"], await ReadAsync(owner, "select cardinality(ids) from lease where not keyed"));
    }

    private static string Script(string name)
    {
        var assembly = typeof(WorkerService).Assembly;
        using var reader = new StreamReader(assembly.GetManifestResourceStream(assembly.GetManifestResourceNames().Single(n => n.EndsWith($".{name}.sql", StringComparison.Ordinal)))!);
        return reader.ReadToEnd();
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<List<string>> ReadAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)));
        return rows;
    }
}
