create table pool (
    tenant_id uuid not null,
    id        uuid not null,
    name      text not null,
    primary key (tenant_id, id)
);
create unique index pool_name on pool (tenant_id, lower(name));

create table pool_member (
    tenant_id uuid not null,
    pool_id   uuid not null,
    user_id   uuid not null,
    weight    int not null check (weight between 1 and 100),
    capacity  int check (capacity > 0),
    available boolean not null,
    -- State of the smooth weighted round robin: what this member is owed. The sum over a pool stays zero.
    owed      int not null default 0,
    primary key (tenant_id, pool_id, user_id),
    foreign key (tenant_id, pool_id) references pool (tenant_id, id) on delete cascade
);
create index pool_member_user on pool_member (tenant_id, user_id);

create table rule (
    tenant_id  uuid not null,
    id         uuid not null,
    name       text not null,
    enabled    boolean not null,
    position   int not null,
    conditions jsonb not null,
    strategy   text not null check (strategy in ('round_robin', 'least_loaded')),
    pool_id    uuid not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, pool_id) references pool (tenant_id, id)
);
create index rule_position on rule (tenant_id, position);

-- What rules look at, copied from the events of leads.
create table known_lead (
    tenant_id uuid not null,
    lead_id   uuid not null,
    snapshot  jsonb not null,
    primary key (tenant_id, lead_id)
);

-- Who has which open lead. The primary key is the rule that there is one owner at any time.
create table open_item (
    tenant_id uuid not null,
    lead_id   uuid not null,
    agent_id  uuid not null,
    since     timestamptz not null,
    primary key (tenant_id, lead_id)
);
create index open_item_agent on open_item (tenant_id, agent_id);

-- Every decision, with its reason. Never changed.
create table assignment (
    tenant_id  uuid not null,
    id         uuid not null,
    lead_id    uuid not null,
    agent_id   uuid not null,
    rule_id    uuid,
    pool_id    uuid,
    strategy   text not null,
    reason     text not null,
    decided_at timestamptz not null,
    primary key (tenant_id, id)
);
create index assignment_lead on assignment (tenant_id, lead_id, decided_at desc);
create index assignment_agent on assignment (tenant_id, agent_id, decided_at desc);
create index assignment_decided on assignment (tenant_id, decided_at desc, id desc);

-- Leads for which there was nobody, until there is.
create table waiting (
    tenant_id uuid not null,
    lead_id   uuid not null,
    since     timestamptz not null,
    reason    text not null,
    primary key (tenant_id, lead_id)
);
