using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Npgsql;
using Tideline.Identity.Sessions;
using Tideline.Platform.Api;
using Tideline.Platform.Data;

namespace Tideline.Identity.SignIn;

/// <summary>
/// Slows guessing down without letting anybody lock a victim out. Failures are counted per account and address, per account over all
/// strange addresses, and per address over all accounts; a browser or an address from which the account's owner has signed in before
/// has a count of its own, which strangers cannot use up.
/// </summary>
/// <remarks>Counts live in the database, so that they hold over all copies of the service and survive a restart.</remarks>
internal sealed class SignInThrottle(ServiceDatabase<IdentityDb> database, TimeProvider clock)
{
    private const int MaxDelaySeconds = 900;

    private const string Take = """
        insert into sign_in_throttle as t (key, failures, last_at, blocked_until) values ($1, 1, $3, '-infinity')
        on conflict (key) do update
        set failures = case when t.last_at < $3 - interval '1 hour' then 1 else t.failures + 1 end,
            last_at = greatest(t.last_at, $3),
            -- After the free attempts each further one doubles the pause: 1 s, 2 s, 4 s … a quarter of an hour. A free one blocks nobody, not
            -- even an attempt that began before it and comes after it.
            blocked_until = case
                when t.last_at < $3 - interval '1 hour' or t.failures + 1 < $2 then '-infinity'
                else $3 + least($4, power(2, least(t.failures + 1 - $2, 20))) * interval '1 second' end
        where t.blocked_until <= $3
        returning blocked_until
        """;

    /// <summary>Which counts an attempt falls under.</summary>
    public static IReadOnlyList<ThrottleCount> CountsOf(string emailKey, Client client, bool isKnownDevice, bool isKnownAddress)
    {
        var account = Short(emailKey);
        if (isKnownDevice) return [new($"device:{account}:{Convert.ToHexStringLower(client.DeviceHash!)[..32]}", 10)];
        var pair = new ThrottleCount($"pair:{account}:{client.Ip}", 5);
        return isKnownAddress ? [pair] : [new($"account:{account}", 20), new($"from:{client.Ip}", 100), pair];
    }

    /// <summary>
    /// Counts an attempt as failed, before anything is compared: a thousand guesses at the same moment cannot overtake the count.
    /// </summary>
    /// <exception cref="Problem">429 with <c>Retry-After</c>: it is too early for another attempt.</exception>
    public async Task TakeAsync(IReadOnlyList<ThrottleCount> counts, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var connection = await database.DataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        foreach (var (key, free) in counts.OrderBy(c => c.Key, StringComparer.Ordinal)) // always the same order: no deadlock
        {
            await using var command = new NpgsqlCommand(Take, connection, transaction)
            {
                Parameters = { new() { Value = key }, new() { Value = free }, new() { Value = now }, new() { Value = MaxDelaySeconds } },
            };
            if (await command.ExecuteScalarAsync(ct) is not null) continue;
            await using var blocked = new NpgsqlCommand("select blocked_until from sign_in_throttle where key = $1", connection, transaction)
            {
                Parameters = { new() { Value = key } },
            };
            var until = await blocked.ExecuteScalarAsync(ct) is DateTime at ? new DateTimeOffset(at, TimeSpan.Zero) : now.AddSeconds(1);
            throw TooMany(until - now);
        }
        await transaction.CommitAsync(ct);
    }

    /// <summary>The attempt was right: it is no failure, and the owner's own counts begin anew.</summary>
    public async Task ForgiveAsync(IReadOnlyList<ThrottleCount> counts, CancellationToken ct)
    {
        var shared = counts.Select(c => c.Key).Where(k => k.StartsWith("account:", StringComparison.Ordinal) || k.StartsWith("from:", StringComparison.Ordinal)).ToArray();
        await using var batch = database.DataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("delete from sign_in_throttle where key = any($1)")
        {
            Parameters = { new() { Value = counts.Select(c => c.Key).Except(shared).ToArray() } },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand("update sign_in_throttle set failures = greatest(failures - 1, 0) where key = any($1)")
        {
            Parameters = { new() { Value = shared } },
        });
        await batch.ExecuteNonQueryAsync(ct);
    }

    private static Problem TooMany(TimeSpan wait)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        return new Problem(StatusCodes.Status429TooManyRequests, "too_many_attempts", "Too many attempts.", $"Try again in {seconds} seconds.")
        {
            Extensions = new Dictionary<string, object?> { ["retryAfter"] = seconds },
        };
    }

    private static string Short(string emailKey) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(emailKey)))[..32];
}

/// <summary>A counter, and how many attempts it lets pass at full speed.</summary>
internal sealed record ThrottleCount(string Key, int Free);
