using Npgsql;
using Tideline.Platform.Data;
using Tideline.Platform.Hosting;

namespace Tideline.Identity;

/// <summary>Removes what has served: counters of failed sign-ins, tokens that ended, old sessions and attempts. Safe in many copies at once.</summary>
internal sealed class CleanUp(ServiceDatabase<IdentityDb> database, TimeProvider clock) : IServiceLoop
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Between = TimeSpan.FromMinutes(10);

    // Sessions stay for half a year: they show where the account was used, and a browser seen before is not a stranger.
    private static readonly (string Sql, TimeSpan After)[] Rules =
    [
        ("delete from sign_in_throttle where ctid = any(array(select ctid from sign_in_throttle where last_at < $1 and blocked_until < $1 limit 5000))", TimeSpan.FromDays(1)),
        ("delete from refresh_token where ctid = any(array(select ctid from refresh_token where expires_at < $1 limit 5000))", TimeSpan.FromDays(1)),
        ("delete from one_time_token where ctid = any(array(select ctid from one_time_token where expires_at < $1 limit 5000))", TimeSpan.FromDays(1)),
        ("delete from session where ctid = any(array(select ctid from session where expires_at < $1 limit 5000))", TimeSpan.FromDays(180)),
        ("delete from access_attempt where ctid = any(array(select ctid from access_attempt where at < $1 limit 5000))", TimeSpan.FromDays(180)),
    ];

    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        var next = DateTimeOffset.MinValue;
        while (true)
        {
            health.Beat();
            if (clock.GetUtcNow() >= next)
            {
                await SweepAsync(health, ct);
                next = clock.GetUtcNow() + Between;
            }
            await Task.Delay(Pause, clock, ct);
        }
    }

    internal async Task SweepAsync(LoopHealth health, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        foreach (var (sql, after) in Rules)
        {
            int removed;
            do
            {
                await using var command = database.DataSource.CreateCommand(sql);
                command.Parameters.Add(new NpgsqlParameter { Value = now - after });
                removed = await command.ExecuteNonQueryAsync(ct);
                health.Beat();
            }
            while (removed == 5000);
        }
    }
}
