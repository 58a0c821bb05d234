create table campaign (
    tenant_id    uuid not null,
    id           uuid not null,
    name         text not null,
    channel      text not null default 'email' check (channel = 'email'),
    status       text not null check (status in ('draft', 'scheduled', 'running', 'paused', 'completed', 'cancelled')),
    brand_id     uuid not null,
    subject      text not null,
    preheader    text,
    html         text not null,
    text         text,
    audience     jsonb not null,
    schedule_at  timestamptz,
    throttle_per_minute int check (throttle_per_minute > 0),
    -- Why it stands still although nobody paused it.
    error        text,
    created_by   uuid,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    started_at   timestamptz,
    completed_at timestamptz,
    primary key (tenant_id, id),
    constraint campaign_name_length check (length(name) between 1 and 200),
    constraint campaign_scheduled_has_time check (status <> 'scheduled' or schedule_at is not null),
    constraint campaign_started check ((status in ('running', 'paused', 'completed')) <= (started_at is not null))
);

-- How far a campaign's sending is. Apart from the campaign, whose version people hold in their hands, because this row changes all the time.
create table campaign_run (
    tenant_id    uuid not null,
    campaign_id  uuid not null,
    phase        text not null check (phase in ('checking', 'freezing', 'sending', 'waiting', 'ended')),
    -- Grows with every start, resume and cancel; a job of an older generation stops.
    generation   int not null,
    -- The last lead whose recipient is stored.
    frozen_after uuid,
    -- Rows of campaign_recipient, the skipped ones included.
    recipients   bigint not null default 0,
    -- The last message that was handed over; all of the audience is frozen before the first is.
    handed_after uuid,
    handed       bigint not null default 0,
    handed_at    timestamptz,
    -- Not before this time is more handed over: the throttle.
    next_at      timestamptz,
    primary key (tenant_id, campaign_id),
    foreign key (tenant_id, campaign_id) references campaign (tenant_id, id) on delete cascade
) with (fillfactor = 50);

-- One row a person and campaign. Written once when the audience is frozen; after that only flags, reason and at change, which are in no index,
-- so that the feedback of a million messages moves no index entry.
create table campaign_recipient (
    tenant_id    uuid not null,
    campaign_id  uuid not null,
    message_id   uuid not null,
    lead_id      uuid not null,
    customer_id  uuid,
    address      text,
    display_name text not null,
    variables    jsonb not null,
    -- True from the beginning: the person gets nothing. Never changes.
    skipped      boolean not null,
    -- What is known of the message; bits are only ever added, so the order in which news arrives does not matter.
    flags        smallint not null,
    reason       text,
    at           timestamptz not null,
    primary key (tenant_id, campaign_id, message_id),
    foreign key (tenant_id, campaign_id) references campaign (tenant_id, id) on delete cascade,
    check (skipped or address is not null)
) with (fillfactor = 75, autovacuum_vacuum_scale_factor = 0.05);
-- One message a person, whichever way the person is recognised.
create unique index campaign_recipient_address on campaign_recipient (tenant_id, campaign_id, address) where not skipped;
create unique index campaign_recipient_customer on campaign_recipient (tenant_id, campaign_id, customer_id) where not skipped and customer_id is not null;

-- The sums of the flags by time and reason, written with them. Some rows for each sum, so that transactions seldom wait for each other.
create table campaign_tally (
    tenant_id   uuid not null,
    campaign_id uuid not null,
    metric      text not null,
    bucket      timestamptz not null,
    reason      text not null default '',
    shard       smallint not null,
    n           bigint not null,
    primary key (tenant_id, campaign_id, metric, bucket, reason, shard),
    foreign key (tenant_id, campaign_id) references campaign (tenant_id, id) on delete cascade
) with (fillfactor = 70);
