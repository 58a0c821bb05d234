using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Tideline.Platform.Data;

/// <summary>
/// Applies <c>Migrations/NNNN_name.sql</c> as the owner of the database, each in its own transaction, under an advisory lock, so that any
/// number of processes may start at once. Then grants to the application role and closes every tenant table with row-level security.
/// </summary>
internal sealed class Migrator(ILogger<Migrator> log)
{
    private const long LockKey = 0x7469_6465_6c69_6e65; // "tideline"

    /// <summary>Brings the database to the state of this binary.</summary>
    /// <returns>Names of the migrations that were applied now.</returns>
    public async Task<IReadOnlyList<string>> MigrateAsync(
        string service, string ownerConnectionString, string applicationRole, IReadOnlyList<Assembly> sources, CancellationToken ct)
    {
        var settings = new NpgsqlConnectionStringBuilder(ownerConnectionString) { Pooling = false, ApplicationName = "tideline-migrate" };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(ct);
        await ExecuteAsync(connection, $"select pg_advisory_lock({LockKey})", ct);
        await ExecuteAsync(connection, """
            create table if not exists schema_migrations (
                name text primary key, checksum text not null, applied_at timestamptz not null default now())
            """, ct);
        var known = await ReadKnownAsync(connection, ct);
        var applied = new List<string>();
        foreach (var (name, sql) in Scripts(sources))
        {
            var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
            if (known.TryGetValue(name, out var before))
            {
                if (before != checksum)
                    throw new InvalidOperationException($"{service}: migration {name} was changed after it had been applied. Add a new one instead.");
                continue;
            }
            await using var transaction = await connection.BeginTransactionAsync(ct);
            try
            {
                await ExecuteAsync(connection, sql, ct);
            }
            catch (PostgresException e)
            {
                throw new InvalidOperationException($"{service}: migration {name} failed: {e.MessageText} ({e.SqlState}, position {e.Position})", e);
            }
            await using var record = new NpgsqlCommand("insert into schema_migrations (name, checksum) values ($1, $2)", connection, transaction)
            {
                Parameters = { new() { Value = name }, new() { Value = checksum } },
            };
            await record.ExecuteNonQueryAsync(ct);
            await transaction.CommitAsync(ct);
            applied.Add(name);
        }
        if (applied.Count > 0)
        {
            await SecureAsync(connection, applicationRole, ct);
            log.LogInformation("{Service}: applied {Migrations}", service, string.Join(", ", applied));
        }
        return applied;
    }

    /// <summary>Migrations of the platform and of the service, ordered by number; the platform's come first.</summary>
    internal static IEnumerable<(string Name, string Sql)> Scripts(IReadOnlyList<Assembly> sources)
    {
        foreach (var assembly in sources)
        {
            var names = assembly.GetManifestResourceNames()
                .Where(n => n.Contains(".Migrations.", StringComparison.Ordinal) && n.EndsWith(".sql", StringComparison.Ordinal))
                .Where(n => assembly != typeof(Migrator).Assembly || n.Contains(".Data.Migrations.", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal);
            foreach (var name in names)
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                var from = name.LastIndexOf(".Migrations.", StringComparison.Ordinal) + ".Migrations.".Length;
                yield return (name[from..^4], reader.ReadToEnd());
            }
        }
    }

    private static async Task SecureAsync(NpgsqlConnection connection, string app, CancellationToken ct)
    {
        var system = ServiceDatabase.SystemRoleOf(app);
        await ExecuteAsync(connection, $"""
            grant usage on schema public to "{app}", "{system}";
            grant select, insert, update, delete on all tables in schema public to "{app}", "{system}";
            grant usage, select on all sequences in schema public to "{app}", "{system}";
            revoke insert, update, delete on schema_migrations from "{app}", "{system}";
            """, ct);
        await ExecuteAsync(connection, $"""
            do $secure$
            declare t record;
            begin
                for t in
                    select c.oid::regclass as name, c.relname
                    from pg_class c
                    join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
                    where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
                loop
                    execute format('alter table %s enable row level security', t.name);
                    execute format('alter table %s force row level security', t.name);
                    execute format('drop policy if exists tenant on %s', t.name);
                    execute format('drop policy if exists system on %s', t.name);
                    execute format('create policy system on %s to "{system}" using (true) with check (true)', t.name);
                    if t.relname = 'outbox' then
                        -- Anybody may state a fact; only the relay, in the system scope, reads and removes them.
                        execute format('create policy tenant on %s for insert to "{app}" with check (true)', t.name);
                    else
                        execute format('create policy tenant on %s to "{app}" using (tenant_id = nullif(current_setting(''tideline.tenant'', true), '''')::uuid)', t.name);
                    end if;
                end loop;
            end
            $secure$
            """, ct);
    }

    private static async Task<Dictionary<string, string>> ReadKnownAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand("select name, checksum from schema_migrations", connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) known[reader.GetString(0)] = reader.GetString(1);
        return known;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        await command.ExecuteNonQueryAsync(ct);
    }
}
