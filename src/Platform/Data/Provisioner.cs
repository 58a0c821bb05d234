using Npgsql;

namespace Tideline.Platform.Data;

/// <summary>Where one service's data is, and with which roles it is reached.</summary>
/// <param name="Application">Connection string of the application role.</param>
/// <param name="Owner">Connection string of the role that owns the tables; used by migrations only.</param>
public sealed record DatabaseConnections(string Application, string Owner)
{
    /// <summary>User name of the application role.</summary>
    public string ApplicationRole => new NpgsqlConnectionStringBuilder(Application).Username!;
}

/// <summary>
/// Makes a service's database and its three roles, given a superuser: owner (migrations), application (everything else) and
/// system (no login; what the application role takes on for work over all tenants). Does nothing where they exist.
/// </summary>
public static class Provisioner
{
    /// <summary>Makes what is missing and sets the passwords.</summary>
    public static async Task<DatabaseConnections> EnsureAsync(
        string adminConnectionString, string prefix, string service, string ownerPassword, string applicationPassword, CancellationToken ct)
    {
        string database = prefix + "_" + service, app = database, owner = database + "_owner";
        var system = ServiceDatabase.SystemRoleOf(app);
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(adminConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(ct);
        await RunAsync(connection, $"""
            do $$ begin
                if not exists (select 1 from pg_roles where rolname = '{owner}') then create role "{owner}" login; end if;
                if not exists (select 1 from pg_roles where rolname = '{system}') then create role "{system}" nologin; end if;
                if not exists (select 1 from pg_roles where rolname = '{app}') then create role "{app}" login noinherit; end if;
            exception when duplicate_object or unique_violation then null; -- another process made it at the same moment
            end $$;
            grant "{system}" to "{app}";
            """, ct);
        await RunAsync(connection, $"alter role \"{owner}\" password '{Quoted(ownerPassword)}'; alter role \"{app}\" password '{Quoted(applicationPassword)}'", ct);
        await using (var exists = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection) { Parameters = { new() { Value = database } } })
        {
            if (await exists.ExecuteScalarAsync(ct) is null)
            {
                try
                {
                    await RunAsync(connection, $"create database \"{database}\" owner \"{owner}\"", ct);
                }
                catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
                {
                    // Another process made it at the same moment.
                }
                await RunAsync(connection, $"""
                    revoke all on database "{database}" from public;
                    grant connect on database "{database}" to "{app}";
                    """, ct);
            }
        }
        return new DatabaseConnections(
            For(adminConnectionString, database, app, applicationPassword), For(adminConnectionString, database, owner, ownerPassword));
    }

    private static string For(string admin, string database, string user, string password) =>
        new NpgsqlConnectionStringBuilder(admin) { Database = database, Username = user, Password = password }.ConnectionString;

    private static string Quoted(string password) => password.Replace("'", "''", StringComparison.Ordinal);

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}
