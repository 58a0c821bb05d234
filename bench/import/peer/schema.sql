-- Our tables of a lead and of its addresses with the same indexes, without tenants' isolation, timeline and outbox.
create extension if not exists pg_trgm;
drop table if exists lead_identity, lead;
create table lead (
    tenant_id    uuid not null,
    id           uuid not null,
    first_name   text,
    last_name    text,
    display_name text not null,
    company      text,
    email        text,
    phone        text,
    phone_raw    text,
    country      text,
    source       text,
    stage_id     uuid not null,
    status       text not null default 'new',
    owner_id     uuid,
    score        int not null default 0,
    notes        text,
    import_id    uuid not null,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    search       text generated always as (lower(
        display_name || ' ' || coalesce(company, '') || ' ' || coalesce(email, '') || ' ' || coalesce(phone, '') || ' ' || coalesce(phone_raw, ''))) stored,
    primary key (tenant_id, id)
);
create unique index lead_email on lead (tenant_id, email);
create index lead_created on lead (tenant_id, created_at desc, id desc);
create index lead_updated on lead (tenant_id, updated_at desc, id desc);
create index lead_name on lead (tenant_id, display_name, id);
create index lead_owner on lead (tenant_id, owner_id, created_at desc);
create index lead_stage on lead (tenant_id, stage_id, created_at desc);
create index lead_source on lead (tenant_id, source);
create index lead_import on lead (tenant_id, import_id);
create index lead_search on lead using gin (search gin_trgm_ops);
create table lead_identity (
    tenant_id uuid not null,
    kind      text not null,
    value     text not null,
    lead_id   uuid not null,
    primary key (tenant_id, kind, value)
);
create index lead_identity_lead on lead_identity (tenant_id, lead_id);
