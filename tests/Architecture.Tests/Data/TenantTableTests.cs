using Npgsql;
using Tideline.Platform.Data;
using Tideline.Testing;

namespace Tideline.Architecture.Tests.Data;

/// <summary>The second wall between tenants stands in every database.</summary>
public sealed class TenantTableTests(ArchitectureFixture fixture)
{
    [Theory, MemberData(nameof(ArchitectureFixture.Services), MemberType = typeof(ArchitectureFixture))]
    public async Task Every_table_with_a_tenant_is_closed_and_its_keys_begin_with_the_tenant(string service)
    {
        var connections = fixture.ConnectionsOf(service);
        await using var owner = new NpgsqlConnection(connections.Owner);
        await owner.OpenAsync(TestContext.Current.CancellationToken);
        (await TenantTables.CheckAsync(owner, connections.ApplicationRole)).AssertNone($"Tables of {service}:");
    }

    [Fact]
    public async Task Every_hole_that_a_migration_could_leave_is_seen()
    {
        var ct = TestContext.Current.CancellationToken;
        var connections = await Provisioner.EnsureAsync(await TestCluster.AdminAsync(), TestCluster.NextPrefix(), "holes", "owner", "app", ct);
        await using var owner = new NpgsqlConnection(connections.Owner);
        await owner.OpenAsync(ct);
        var app = connections.ApplicationRole;
        await using (var command = new NpgsqlCommand($"""
            create table open_table (tenant_id uuid not null, id uuid not null, primary key (tenant_id, id));

            create table unforced (tenant_id uuid not null, id uuid not null, primary key (tenant_id, id));
            alter table unforced enable row level security;
            create policy tenant on unforced to "{app}" using (tenant_id = nullif(current_setting('tideline.tenant', true), '')::uuid);

            create table sesame (tenant_id uuid not null, id uuid not null, primary key (tenant_id, id));
            alter table sesame enable row level security;
            alter table sesame force row level security;
            create policy tenant on sesame to "{app}" using (tenant_id = nullif(current_setting('tideline.tenant', true), '')::uuid);
            create policy everybody on sesame using (true);

            create table keyed (tenant_id uuid not null, id uuid primary key, other uuid unique references keyed (id), name text);
            create unique index keyed_name on keyed (lower(name), tenant_id);
            alter table keyed enable row level security;
            alter table keyed force row level security;
            create policy tenant on keyed to "{app}" using (tenant_id = nullif(current_setting('tideline.tenant', true), '')::uuid);
            grant truncate on keyed to "{app}";

            create view everything as select * from keyed;
            create materialized view snapshot as select * from keyed;
            create function leak() returns bigint language sql security definer as 'select count(*) from keyed';

            create table fine (tenant_id uuid not null, id uuid not null, parent uuid, primary key (tenant_id, id), foreign key (tenant_id, parent) references fine (tenant_id, id));
            alter table fine enable row level security;
            alter table fine force row level security;
            create policy tenant on fine to "{app}" using (tenant_id = nullif(current_setting('tideline.tenant', true), '')::uuid);
            """, owner))
            await command.ExecuteNonQueryAsync(ct);

        var found = (await TenantTables.CheckAsync(owner, app)).Found;

        string[] expected =
        [
            "open_table: row-level security is off", "open_table: no policy", "unforced: its owner is above", "sesame: a policy lets", "keyed: keyed_pkey does not begin",
            "keyed: keyed_other_key does not begin", "keyed: keyed_name does not begin", "keyed: keyed_other_fkey refers to keyed", "may truncate",
            "everything: a view", "snapshot: a materialised", "leak: a SECURITY DEFINER",
        ];
        foreach (var part in expected) Assert.Contains(found, f => f.Contains(part, StringComparison.Ordinal));
        Assert.DoesNotContain(found, f => f.StartsWith("fine", StringComparison.Ordinal));
    }
}
