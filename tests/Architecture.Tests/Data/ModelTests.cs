using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Tideline.Platform.Data;

namespace Tideline.Architecture.Tests.Data;

/// <summary>The SQL defines, EF maps: here the two are compared.</summary>
public sealed class ModelTests(ArchitectureFixture fixture)
{
    [Theory, MemberData(nameof(ArchitectureFixture.Services), MemberType = typeof(ArchitectureFixture))]
    public async Task What_EF_maps_is_what_the_migrations_made(string service)
    {
        var registration = fixture.Registrations.Single(r => r.Name == service);
        Assert.NotNull(registration.Database);
        await using var scope = fixture.Platform.Services.CreateAsyncScope();
        var db = (ServiceDb)scope.ServiceProvider.GetRequiredService(registration.Database);
        var columns = await ColumnsAsync(fixture.ConnectionsOf(service).Owner);
        Compare(db.Model, columns).AssertNone($"The model of {service} and its database differ:");
    }

    [Theory, MemberData(nameof(ArchitectureFixture.Services), MemberType = typeof(ArchitectureFixture))]
    public async Task Every_entity_with_a_tenant_is_filtered_by_it(string service)
    {
        var registration = fixture.Registrations.Single(r => r.Name == service);
        await using var scope = fixture.Platform.Services.CreateAsyncScope();
        var db = (ServiceDb)scope.ServiceProvider.GetRequiredService(registration.Database!);
        var wrong = new Violations();
        foreach (var entity in db.Model.GetEntityTypes().Where(e => e.BaseType is null && !e.IsOwned()))
        {
            // Only the relay reads the outbox, and it does so for all.
            if (entity.GetTableName() == "outbox" || entity.FindProperty("TenantId") is null) continue;
            wrong.AddUnless(typeof(ITenantOwned).IsAssignableFrom(entity.ClrType), $"{entity.ClrType.Name} has a TenantId and is not ITenantOwned");
            wrong.AddUnless(entity.FindDeclaredQueryFilter(ServiceDb.TenantFilter) is not null, $"{entity.ClrType.Name} has no query filter");
            wrong.AddUnless(entity.FindPrimaryKey()?.Properties[0].Name == "TenantId", $"{entity.ClrType.Name}: its key does not begin with the tenant");
        }
        wrong.AssertNone($"Entities of {service}:");
    }

    [Fact]
    public async Task A_column_that_differs_is_seen()
    {
        var registration = fixture.Registrations.Single(r => r.Name == "brands");
        await using var scope = fixture.Platform.Services.CreateAsyncScope();
        var db = (ServiceDb)scope.ServiceProvider.GetRequiredService(registration.Database!);
        var columns = await ColumnsAsync(fixture.ConnectionsOf("brands").Owner);
        columns.Remove(("brand", "voice"));
        columns[("brand", "name")] = ("integer", true);
        columns[("brand", "website_url")] = ("text", true);

        var found = Compare(db.Model, columns).Found;

        Assert.Equal(3, found.Count);
        foreach (var part in (string[])["brand.voice: there is no such column", "brand.name: integer", "brand.website_url: may not be null"])
            Assert.Contains(found, f => f.Contains(part, StringComparison.Ordinal));
    }

    private static Violations Compare(IModel model, Dictionary<(string Table, string Column), (string Type, bool NotNull)> columns)
    {
        var wrong = new Violations();
        foreach (var entity in model.GetEntityTypes())
        {
            if (entity.GetTableName() is not { } table || entity.IsMappedToJson()) continue;
            var store = StoreObjectIdentifier.Table(table, entity.GetSchema());
            foreach (var property in entity.GetFlattenedProperties())
            {
                if (property.GetColumnName(store) is not { } name || name == "xmin") continue;
                if (!columns.TryGetValue((table, name), out var column))
                {
                    wrong.Add($"{table}.{name}: there is no such column");
                    continue;
                }
                var mapped = Plain(property.GetColumnType(store));
                wrong.AddUnless(mapped == Plain(column.Type) || AreAlike(mapped, Plain(column.Type)), $"{table}.{name}: {column.Type} in the database, {mapped} in the model");
                wrong.AddUnless(property.IsColumnNullable(store) || column.NotNull, $"{table}.{name}: may be null in the database, not in the model");
                wrong.AddUnless(!property.IsColumnNullable(store) || !column.NotNull, $"{table}.{name}: may not be null in the database, but in the model");
            }
        }
        return wrong;
    }

    // Lengths are the business of the SQL; names of types have more than one spelling.
    private static string Plain(string type) => type.Split('(')[0].Trim() switch
    {
        "timestamp with time zone" => "timestamptz",
        "character varying" or "varchar" => "text",
        "character" or "bpchar" => "char",
        "double precision" => "float8",
        var other => other,
    };

    private static bool AreAlike(string mapped, string actual) => (mapped, actual) is ("text", "char") or ("char", "text") or ("numeric", "float8");

    private static async Task<Dictionary<(string Table, string Column), (string Type, bool NotNull)>> ColumnsAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("""
            select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
            from pg_class c join pg_attribute a on a.attrelid = c.oid
            where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped
            """, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var columns = new Dictionary<(string, string), (string, bool)>();
        while (await reader.ReadAsync()) columns[(reader.GetString(0), reader.GetString(1))] = (reader.GetString(2), reader.GetBoolean(3));
        return columns;
    }
}
