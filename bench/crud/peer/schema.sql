-- What a team writes that keeps leads in one table: the rule that a person is one lead as two unique indexes, and an outbox.
drop table if exists outbox, lead;
create table lead (
    id           uuid primary key,
    tenant_id    uuid not null,
    first_name   text,
    last_name    text,
    display_name text not null,
    company      text,
    email        text,
    phone        text,
    country      text,
    source       text,
    stage_id     uuid not null,
    stage_name   text not null,
    status       text not null default 'new',
    owner_id     uuid,
    score        int not null default 0,
    custom       jsonb not null default '{}',
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now()
);
create unique index lead_email on lead (tenant_id, email);
create unique index lead_phone on lead (tenant_id, phone);
create index lead_created on lead (tenant_id, created_at desc, id desc);
create table outbox (
    id           bigserial primary key,
    type         text not null,
    key          uuid not null,
    payload      jsonb not null,
    created_at   timestamptz not null default now(),
    published_at timestamptz
);
create index outbox_pending on outbox (id) where published_at is null;
