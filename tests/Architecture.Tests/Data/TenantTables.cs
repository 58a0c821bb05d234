using Npgsql;

namespace Tideline.Architecture.Tests.Data;

/// <summary>What the catalogue of a database says of the tables that hold rows of tenants.</summary>
internal static class TenantTables
{
    /// <summary>Rows of many tenants without their being its owner, each with its reason.</summary>
    private static readonly Dictionary<string, string> GlobalKeys = new(StringComparer.Ordinal)
    {
        ["outbox_pkey"] = "the relay goes through all tenants; only the system role reads it",
        ["invitation_token"] = "who accepts an invitation has only its token and no tenant yet",
        ["api_key_hash"] = "who comes with an API key has not said which workspace it is",
        ["api_key_user_id_fkey"] = "a person belongs to no tenant",
        ["membership_user_id_fkey"] = "a person belongs to no tenant",
        ["invitation_invited_by_fkey"] = "a person belongs to no tenant",
    };

    public static async Task<Violations> CheckAsync(NpgsqlConnection database, string application)
    {
        var wrong = new Violations();
        await foreach (var row in ReadAsync(database, Tables, application))
        {
            var table = row.GetString(0);
            wrong.AddUnless(row.GetBoolean(1), $"{table}: row-level security is off");
            wrong.AddUnless(row.GetBoolean(2), $"{table}: its owner is above row-level security (no FORCE)");
            wrong.AddUnless(row.GetInt64(3) > 0, $"{table}: no policy for {application}");
            // Policies add up: one that is always true opens the table, whatever the others say.
            wrong.AddUnless(row.GetInt64(4) == 0, $"{table}: a policy lets {application} or everybody read all tenants");
            wrong.AddUnless(!row.GetBoolean(5), $"{table}: belongs to {application}");
            wrong.AddUnless(!row.GetBoolean(6), $"{table}: {application} may truncate, and row-level security does not see that");
        }
        await foreach (var row in ReadAsync(database, Keys))
        {
            var (table, key) = (row.GetString(0), row.GetString(1));
            wrong.AddUnless(GlobalKeys.ContainsKey(key), $"{table}: {key} does not begin with tenant_id");
        }
        await foreach (var row in ReadAsync(database, ForeignKeys))
        {
            var (table, key) = (row.GetString(0), row.GetString(1));
            wrong.AddUnless(GlobalKeys.ContainsKey(key), $"{table}: {key} refers to {row.GetString(2)} without tenant_id, so it can refer to another tenant's row");
        }
        await foreach (var row in ReadAsync(database, Openings)) wrong.Add($"{row.GetString(0)}: {row.GetString(1)}");
        await foreach (var row in ReadAsync(database, Role, application)) wrong.Add($"{application} is {row.GetString(0)}");
        return wrong;
    }

    private static async IAsyncEnumerable<NpgsqlDataReader> ReadAsync(NpgsqlConnection database, string sql, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, database);
        foreach (var value in parameters) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) yield return reader;
    }

    // Partitions are reached through their parent only if nobody is granted them; so they are held to the same.
    private const string Tables = """
        select c.relname, c.relrowsecurity, c.relforcerowsecurity,
               (select count(*) from pg_policy p where p.polrelid = c.oid and $1::regrole::oid = any (p.polroles)),
               (select count(*) from pg_policy p where p.polrelid = c.oid and ($1::regrole::oid = any (p.polroles) or 0 = any (p.polroles))
                   and p.polpermissive and p.polcmd <> 'a' and pg_get_expr(p.polqual, p.polrelid) not like '%tideline.tenant%'),
               c.relowner = $1::regrole,
               has_table_privilege($1, c.oid, 'truncate')
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
        where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
        order by 1
        """;

    private const string Keys = """
        select c.relname, i.relname
        from pg_index x
        join pg_class c on c.oid = x.indrelid
        join pg_class i on i.oid = x.indexrelid
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
        where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and x.indisunique and x.indkey[0] <> a.attnum
        order by 1, 2
        """;

    private const string ForeignKeys = """
        select c.relname, k.conname, k.confrelid::regclass::text
        from pg_constraint k
        join pg_class c on c.oid = k.conrelid
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
        where k.contype = 'f' and c.relnamespace = 'public'::regnamespace and k.conkey[1] <> a.attnum
        order by 1, 2
        """;

    // Ways around row-level security that leave the tables as they are.
    private const string Openings = """
        select c.relname, 'a view without security_invoker reads as its owner'
        from pg_class c
        where c.relkind = 'v' and c.relnamespace = 'public'::regnamespace and not coalesce(c.reloptions::text[] && array['security_invoker=true', 'security_invoker=on'], false)
        union all
        select c.relname, 'a materialised view has no row-level security' from pg_class c where c.relkind = 'm' and c.relnamespace = 'public'::regnamespace
        union all
        select p.proname, 'a SECURITY DEFINER function runs as its owner' from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef
        """;

    private const string Role = """
        select word from pg_roles r, lateral (values (r.rolsuper, 'a superuser'), (r.rolbypassrls, 'above row-level security'), (r.rolinherit, 'heir of the system role')) v (holds, word)
        where r.rolname = $1 and v.holds
        """;
}
