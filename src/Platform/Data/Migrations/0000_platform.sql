-- What the platform keeps in every service's database.

-- Facts to be published. Written in the transaction that makes them true; taken out by the relay once the transport has them.
create table outbox (
    id             uuid primary key,
    tenant_id      uuid,
    type           text not null,
    version        int not null,
    key            text not null,
    time           timestamptz not null,
    payload        text not null,
    traceparent    text,
    causation_id   uuid,
    correlation_id uuid,
    -- Order of recording within this database. Never used as a cursor: a slow transaction commits a low number late.
    seq            bigint generated always as identity
);
create index outbox_seq on outbox (seq);

-- Deliveries that have had their effect. The row is written in the transaction of that effect, so there is never a second.
create table inbox (
    event_id   uuid not null,
    subscriber text not null,
    handled_at timestamptz not null default now(),
    primary key (event_id, subscriber)
);
create index inbox_handled_at on inbox using brin (handled_at);

-- Answers to requests that carried an Idempotency-Key, kept for a day. Written in the transaction of the request's effect.
create table idempotency_keys (
    tenant_id   uuid not null,
    principal   text not null,
    key         text not null,
    fingerprint bytea not null,
    status      int not null,
    headers     text not null,
    body        bytea not null,
    created_at  timestamptz not null default now(),
    primary key (tenant_id, principal, key)
);
create index idempotency_keys_created_at on idempotency_keys (created_at);
