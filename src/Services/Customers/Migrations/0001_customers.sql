create extension if not exists pg_trgm;

create table customer (
    tenant_id    uuid not null,
    id           uuid not null,
    display_name text not null,
    first_name   text,
    last_name    text,
    company      text,
    attributes   jsonb not null default '{}',
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    -- Everything the search box looks in, addresses included; written by the service.
    search       text not null,
    primary key (tenant_id, id)
);
create index customer_created on customer (tenant_id, created_at desc, id desc);
create index customer_search on customer using gin (search gin_trgm_ops);

-- One address is one person: the primary key is the rule.
create table customer_address (
    tenant_id   uuid not null,
    kind        text not null check (kind in ('email', 'phone')),
    value       text not null,
    customer_id uuid not null,
    added_at    timestamptz not null,
    primary key (tenant_id, kind, value),
    foreign key (tenant_id, customer_id) references customer (tenant_id, id) on delete cascade
);
create index customer_address_customer on customer_address (tenant_id, customer_id);

-- Which person a lead is.
create table lead_link (
    tenant_id   uuid not null,
    lead_id     uuid not null,
    customer_id uuid not null,
    primary key (tenant_id, lead_id),
    foreign key (tenant_id, customer_id) references customer (tenant_id, id) on delete cascade
);
create index lead_link_customer on lead_link (tenant_id, customer_id);

create table customer_event (
    tenant_id   uuid not null,
    id          uuid not null,
    customer_id uuid not null,
    type        text not null,
    at          timestamptz not null,
    summary     text not null,
    data        jsonb,
    primary key (tenant_id, id),
    foreign key (tenant_id, customer_id) references customer (tenant_id, id) on delete cascade
);
create index customer_event_timeline on customer_event (tenant_id, customer_id, at desc, id desc);

-- What a person has said about being written to, one row a statement; the newest counts.
create table consent (
    tenant_id   uuid not null,
    id          uuid not null,
    channel     text not null check (channel in ('email', 'sms', 'voicemail', 'push')),
    topic       text not null,
    address     text not null,
    customer_id uuid,
    state       text not null check (state in ('granted', 'denied')),
    source      text not null,
    wording     text,
    at          timestamptz not null,
    primary key (tenant_id, id)
);
create index consent_current on consent (tenant_id, channel, address, topic, at desc);

-- Addresses that are never written to, whoever asks.
create table suppression (
    tenant_id  uuid not null,
    id         uuid not null,
    channel    text not null check (channel in ('email', 'sms', 'voicemail', 'push')),
    address    text not null,
    reason     text not null check (reason in ('bounce', 'complaint', 'unsubscribe', 'manual', 'import')),
    created_by uuid,
    created_at timestamptz not null,
    primary key (tenant_id, id)
);
create unique index suppression_address on suppression (tenant_id, channel, address);
create index suppression_created on suppression (tenant_id, created_at desc, id desc);
