-- The bus: an append-only log in partitions, and what each consumer group has made of it.
-- No request reaches this database with a tenant's rights: the platform works here in the system scope only.

-- The last position handed out in each partition. Whoever appends locks these rows, in order of partition, until its commit: so positions
-- have no gaps and become visible in their order, and a reader that moves past a position has seen everything before it.
create table head (
    partition smallint primary key,
    position  bigint not null default 0
) with (fillfactor = 50);
insert into head (partition) select generate_series(0, 15);

create table log (
    partition      smallint not null,
    position       bigint not null,
    event_id       uuid not null,
    source         text not null,
    type           text not null,
    version        int not null,
    key            text not null,
    tenant_id      uuid,
    time           timestamptz not null,
    payload        text not null,
    traceparent    text,
    causation_id   uuid,
    correlation_id uuid,
    appended_at    timestamptz not null default clock_timestamp(),
    primary key (partition, position)
);
create index log_appended_at on log using brin (appended_at) with (pages_per_range = 32);

-- How far a group has come in each partition, and which process may work there. The database's clock decides whether a lease has run out.
create table cursor (
    group_name   text not null,
    partition    smallint not null,
    position     bigint not null default 0,
    owner        text,
    leased_until timestamptz,
    -- Leases that ran out, with work waiting, since the group last moved on here: what is next may be what kills its process.
    takeovers    int not null default 0,
    primary key (group_name, partition)
) with (fillfactor = 50);

-- Processes that take part in a group; partitions are shared out between them.
create table member (
    group_name text not null,
    owner      text not null,
    seen_at    timestamptz not null,
    -- Second half of the key of an advisory lock that it holds as long as it lives; none when it could not take one.
    session    int,
    -- Deliveries that it handled in the minute before.
    handled    bigint not null default 0,
    primary key (group_name, owner)
) with (fillfactor = 50);

-- Events that failed, and those of the same key behind them. They wait here, so that the cursor and with it all other keys move on.
create table parked (
    group_name      text not null,
    partition       smallint not null,
    position        bigint not null,
    event_id        uuid not null,
    source          text not null,
    type            text not null,
    version         int not null,
    key             text not null,
    tenant_id       uuid,
    time            timestamptz not null,
    payload         text not null,
    traceparent     text,
    causation_id    uuid,
    correlation_id  uuid,
    -- Raised and committed before the work, so that an event which kills its process is counted too.
    attempts        int not null,
    next_attempt_at timestamptz not null,
    last_error      text,
    parked_at       timestamptz not null default now(),
    primary key (group_name, partition, position)
);
create index parked_key on parked (group_name, partition, key, position);

create table dead_letter (
    id              uuid primary key,
    group_name      text not null,
    partition       smallint not null,
    position        bigint not null,
    event_id        uuid not null,
    source          text not null,
    type            text not null,
    version         int not null,
    key             text not null,
    tenant_id       uuid,
    time            timestamptz not null,
    payload         text not null,
    traceparent     text,
    causation_id    uuid,
    correlation_id  uuid,
    error           text not null,
    attempts        int not null,
    first_failed_at timestamptz not null,
    failed_at       timestamptz not null default now(),
    status          text not null default 'waiting' check (status in ('waiting', 'replayed', 'discarded')),
    decided_at      timestamptz
);
create index dead_letter_waiting on dead_letter (group_name, id) where status = 'waiting';
-- A redelivery after a crash finds the letter already there.
create unique index dead_letter_once on dead_letter (group_name, event_id) where status = 'waiting';
