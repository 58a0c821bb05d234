create table entries (
    tenant_id uuid not null,
    id        uuid not null,
    handler   text not null,
    article   text not null,
    number    int not null,
    seq       bigint generated always as identity,
    primary key (tenant_id, id)
);
