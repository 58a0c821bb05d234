create table entries (
    tenant_id uuid not null,
    id        uuid not null,
    handler   text not null,
    article   text not null,
    number    int not null,
    at        bigint not null,
    primary key (tenant_id, id)
);
