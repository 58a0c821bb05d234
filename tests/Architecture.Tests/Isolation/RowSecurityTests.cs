using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Tideline.Platform.Data;
using Tideline.Platform.Security;

namespace Tideline.Architecture.Tests.Isolation;

/// <summary>The second wall alone: no endpoint and no query filter, only the application's role and PostgreSQL.</summary>
public sealed class RowSecurityTests(ArchitectureFixture fixture, TwoWorkspaces workspaces) : IClassFixture<TwoWorkspaces>
{
    [Theory, MemberData(nameof(ArchitectureFixture.Services), MemberType = typeof(ArchitectureFixture))]
    public async Task The_application_role_sees_and_changes_rows_of_its_tenant_only(string service)
    {
        var wrong = new Violations();
        var ours = workspaces.Ours.Client.TenantId;
        var rows = 0L;
        foreach (var table in await TablesAsync(service))
        {
            var own = await CountAsync(service, table, ours, ours);
            rows += own;
            wrong.AddUnless(await CountAsync(service, table, workspaces.Stranger.TenantId, ours) == 0, $"{table}: a stranger reads our rows");
            wrong.AddUnless(await CountAsync(service, table, null, ours) == 0, $"{table}: read without a tenant");
            if (own == 0) continue;
            // A row that is not seen cannot be locked, changed or removed; and none can be given away.
            wrong.AddUnless(await ChangeAsync(service, workspaces.Stranger.TenantId, $"delete from \"{table}\" where tenant_id = '{ours}'") is 0 or -1, $"{table}: a stranger deletes our rows");
            wrong.AddUnless(await ChangeAsync(service, workspaces.Stranger.TenantId, $"update \"{table}\" set tenant_id = '{workspaces.Stranger.TenantId}' where tenant_id = '{ours}'") is 0 or -1, $"{table}: a stranger takes our rows");
            wrong.AddUnless(await ChangeAsync(service, ours, $"update \"{table}\" set tenant_id = '{workspaces.Stranger.TenantId}' where tenant_id = '{ours}'") is 0 or -1, $"{table}: rows are put into a stranger's workspace");
            wrong.AddUnless(await ChangeAsync(service, workspaces.Stranger.TenantId, $"truncate \"{table}\"") == -1, $"{table}: can be emptied for all tenants");
        }
        wrong.AssertNone($"Row-level security of {service}:");
        // What is empty hides nothing: the wall has been tried on real rows.
        Assert.True(rows > 0, $"{service} has no rows of ours; see SeededWorkspace");
    }

    [Theory, MemberData(nameof(ArchitectureFixture.Services), MemberType = typeof(ArchitectureFixture))]
    public async Task A_query_that_ignores_its_filter_still_sees_one_tenant(string service)
    {
        var database = fixture.Registrations.Single(r => r.Name == service).Database!;
        var wrong = new Violations();
        foreach (var entity in await EntitiesAsync(database))
        {
            var seen = await CountUnfilteredAsync(database, entity, caller => caller.UseTenant(workspaces.Stranger.TenantId));
            wrong.AddUnless(seen == 0, $"{entity.Name}: {seen} rows of ours");
        }
        wrong.AssertNone("IgnoreQueryFilters() must meet the second wall:");
    }

    /// <summary>The negative control: in the system scope the same query finds them, so it is the wall that hides them above.</summary>
    [Fact]
    public async Task In_the_system_scope_the_same_query_sees_all_tenants()
    {
        var database = fixture.Registrations.Single(r => r.Name == "leads").Database!;
        var lead = (await EntitiesAsync(database)).Single(e => e.Name == "Lead");
        Assert.True(await CountUnfilteredAsync(database, lead, caller => caller.UseSystem()) > 0);
        Assert.Equal(0, await CountUnfilteredAsync(database, lead, caller => caller.UseTenant(workspaces.Stranger.TenantId)));
    }

    private async Task<IReadOnlyList<Type>> EntitiesAsync(Type database)
    {
        await using var scope = fixture.Platform.Services.CreateAsyncScope();
        var db = (ServiceDb)scope.ServiceProvider.GetRequiredService(database);
        return [.. db.Model.GetEntityTypes().Where(e => e.BaseType is null && !e.IsOwned()).Select(e => e.ClrType).Where(t => typeof(ITenantOwned).IsAssignableFrom(t)).Distinct()];
    }

    private async Task<long> CountUnfilteredAsync(Type database, Type entity, Action<Caller> become)
    {
        await using var scope = fixture.Platform.Services.CreateAsyncScope();
        become(scope.ServiceProvider.GetRequiredService<Caller>());
        var db = (ServiceDb)scope.ServiceProvider.GetRequiredService(database);
        var count = typeof(RowSecurityTests).GetMethod(nameof(CountOursAsync), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(entity);
        return await (Task<long>)count.Invoke(null, [db, workspaces.Ours.Client.TenantId])!;
    }

    private static Task<long> CountOursAsync<T>(ServiceDb db, Guid ours) where T : class, ITenantOwned =>
        db.Set<T>().IgnoreQueryFilters().LongCountAsync(row => row.TenantId == ours);

    private async Task<IReadOnlyList<string>> TablesAsync(string service)
    {
        await using var connection = new NpgsqlConnection(fixture.ConnectionsOf(service).Owner);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("""
            select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
            where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace order by 1
            """, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var tables = new List<string>();
        while (await reader.ReadAsync()) tables.Add(reader.GetString(0));
        return tables;
    }

    private async Task<long> CountAsync(string service, string table, Guid? become, Guid of)
    {
        await using var connection = await OpenAsync(service);
        await using var transaction = await connection.BeginTransactionAsync();
        await BecomeAsync(connection, become);
        await using var command = new NpgsqlCommand($"select count(*) from \"{table}\" where tenant_id = $1", connection) { Parameters = { new() { Value = of } } };
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Rows changed, or -1 when it was refused. Rolled back in any case.</summary>
    private async Task<int> ChangeAsync(string service, Guid become, string sql)
    {
        await using var connection = await OpenAsync(service);
        await using var transaction = await connection.BeginTransactionAsync();
        await BecomeAsync(connection, become);
        try
        {
            await using var command = new NpgsqlCommand("set local lock_timeout = '2s';" + sql, connection);
            return await command.ExecuteNonQueryAsync();
        }
        catch (PostgresException)
        {
            return -1;
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(string service)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(fixture.ConnectionsOf(service).Application) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    private static async Task BecomeAsync(NpgsqlConnection connection, Guid? tenant)
    {
        if (tenant is null) return;
        await using var command = new NpgsqlCommand($"select set_config('tideline.tenant', '{tenant}', true)", connection);
        await command.ExecuteNonQueryAsync();
    }
}
