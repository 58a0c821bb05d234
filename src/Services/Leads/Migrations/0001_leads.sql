create extension if not exists pg_trgm;

-- Defaults of a tenant, copied from identity's events.
create table tenant_setting (
    tenant_id uuid primary key,
    country   text not null,
    currency  text not null,
    time_zone text not null
);

create table pipeline (
    tenant_id  uuid not null,
    id         uuid not null,
    name       text not null,
    is_default boolean not null,
    primary key (tenant_id, id)
);
-- One default: two first leads at once must not make two pipelines.
create unique index pipeline_default on pipeline (tenant_id) where is_default;

create table stage (
    tenant_id   uuid not null,
    id          uuid not null,
    pipeline_id uuid not null,
    name        text not null,
    position    int not null,
    probability int not null check (probability between 0 and 100),
    status      text not null check (status in ('new', 'working', 'qualified', 'won', 'lost')),
    primary key (tenant_id, id),
    foreign key (tenant_id, pipeline_id) references pipeline (tenant_id, id) on delete cascade
);
create unique index stage_name on stage (tenant_id, pipeline_id, lower(name));

create table lead (
    tenant_id      uuid not null,
    id             uuid not null,
    first_name     text,
    last_name      text,
    display_name   text not null,
    company        text,
    email          text,
    email_raw      text,
    email2         text,
    email2_raw     text,
    phone          text,
    phone_raw      text,
    phone2         text,
    phone2_raw     text,
    website        text,
    country        text,
    source         text,
    pipeline_id    uuid not null,
    stage_id       uuid not null,
    status         text not null check (status in ('new', 'working', 'qualified', 'won', 'lost')),
    lost_reason    text,
    value_amount   bigint,
    value_currency text,
    owner_id       uuid,
    customer_id    uuid,
    score          int not null default 0,
    notes          text,
    custom         jsonb not null default '{}',
    import_id      uuid,
    created_by     uuid,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    -- What the search box looks in; kept by PostgreSQL so that no writer can forget it.
    search         text generated always as (lower(
        display_name || ' ' || coalesce(company, '') || ' ' || coalesce(email, '') || ' ' || coalesce(email2, '') || ' '
        || coalesce(phone, '') || ' ' || coalesce(phone2, '') || ' ' || coalesce(phone_raw, ''))) stored,
    primary key (tenant_id, id),
    foreign key (tenant_id, stage_id) references stage (tenant_id, id),
    check ((value_amount is null) = (value_currency is null))
);
create index lead_created on lead (tenant_id, created_at desc, id desc);
create index lead_updated on lead (tenant_id, updated_at desc, id desc);
create index lead_name on lead (tenant_id, display_name, id);
create index lead_owner on lead (tenant_id, owner_id, created_at desc);
create index lead_stage on lead (tenant_id, stage_id, created_at desc);
create index lead_source on lead (tenant_id, source);
create index lead_import on lead (tenant_id, import_id) where import_id is not null;
create index lead_customer on lead (tenant_id, customer_id) where customer_id is not null;
create index lead_search on lead using gin (search gin_trgm_ops);

-- The addresses by which a lead is recognised. The primary key is the rule that one person is one lead, also for two requests at once.
create table lead_identity (
    tenant_id uuid not null,
    kind      text not null check (kind in ('email', 'phone')),
    value     text not null,
    lead_id   uuid not null,
    primary key (tenant_id, kind, value),
    foreign key (tenant_id, lead_id) references lead (tenant_id, id) on delete cascade
);
create index lead_identity_lead on lead_identity (tenant_id, lead_id);

create table lead_activity (
    tenant_id  uuid not null,
    id         uuid not null,
    lead_id    uuid not null,
    type       text not null,
    at         timestamptz not null,
    actor_id   uuid,
    actor_kind text not null check (actor_kind in ('user', 'system', 'import')),
    summary    text not null,
    changes    jsonb,
    data       jsonb,
    primary key (tenant_id, id),
    foreign key (tenant_id, lead_id) references lead (tenant_id, id) on delete cascade
);
create index lead_activity_lead on lead_activity (tenant_id, lead_id, at desc, id desc);
