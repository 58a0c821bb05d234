-- Files of leads and what became of them.
create table import_job (
    tenant_id        uuid not null,
    id               uuid not null,
    file_name        text not null,
    size             bigint not null,
    sha256           bytea,
    idempotency_key  text,
    status           text not null check (status in ('uploading', 'uploaded', 'ready', 'running', 'completed', 'failed', 'cancelled', 'undone')),
    dialect          jsonb,
    columns          jsonb not null default '[]',
    preview          jsonb not null default '[]',
    mapping          jsonb,
    rows_total       bigint,
    rows_done        bigint not null default 0,
    created          bigint not null default 0,
    updated          bigint not null default 0,
    duplicates       bigint not null default 0,
    rejected         bigint not null default 0,
    -- Where reading goes on: written with the leads of the rows before it. Row 0: nothing was read yet.
    position_offset  bigint not null default 0,
    position_row     bigint not null default 0,
    error            text,
    created_by       uuid,
    started_by       uuid,
    created_at       timestamptz not null,
    started_at       timestamptz,
    finished_at      timestamptz,
    -- Undoing goes through the leads in the order of their ids, then back through the changes.
    undo_started_at  timestamptz,
    undo_finished_at timestamptz,
    undo_lead        uuid,
    undo_change      uuid,
    undo_removed     bigint not null default 0,
    undo_restored    bigint not null default 0,
    undo_kept        bigint not null default 0,
    primary key (tenant_id, id),
    -- Every row that is done was counted once.
    check (rows_done = created + updated + duplicates + rejected)
);
create index import_job_created on import_job (tenant_id, created_at desc, id desc);
create unique index import_job_key on import_job (tenant_id, created_by, idempotency_key);

-- The file, in pieces of one size, so that reading can begin anywhere. Gone when the import is complete.
create table import_chunk (
    tenant_id uuid not null,
    import_id uuid not null,
    number    int not null,
    data      bytea not null,
    primary key (tenant_id, import_id, number),
    foreign key (tenant_id, import_id) references import_job (tenant_id, id) on delete cascade
);
-- Read once or twice and then deleted: not worth compressing.
alter table import_chunk alter column data set storage external;

-- Rows that were refused. Text and not JSON: the cells may hold zero characters, which may be why they were refused.
create table import_rejection (
    tenant_id uuid not null,
    import_id uuid not null,
    row       bigint not null,
    cells     text not null,
    problems  text not null,
    primary key (tenant_id, import_id, row),
    foreign key (tenant_id, import_id) references import_job (tenant_id, id) on delete cascade
);

-- What an import changed in leads that were there before, so that it can be undone.
create index lead_activity_import on lead_activity (tenant_id, (data ->> 'importId'), id) where actor_kind = 'import' and type = 'updated';
