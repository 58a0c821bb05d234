-- Keys begin with the tenant; row-level security and grants are added by the migrator to every table that has a tenant_id.
create table "__table__" (
    tenant_id  uuid not null,
    id         uuid not null,
    name       text not null check (length(name) between 1 and 200),
    notes      text,
    created_at timestamptz not null,
    primary key (tenant_id, id)
);
