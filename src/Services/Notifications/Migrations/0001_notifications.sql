-- Content shared by many messages: a campaign's, or that of a test.
create table batch (
    tenant_id   uuid not null,
    id          uuid not null,
    kind        text not null check (kind in ('campaign', 'test')),
    campaign_id uuid,
    brand_id    uuid,
    subject     text not null,
    preheader   text,
    html        text not null,
    text        text,
    -- Where the numbered links of its messages lead. Kept, so that a click years later needs no rendering.
    links       jsonb not null,
    state       text not null check (state in ('running', 'paused', 'cancelled')),
    created_at  timestamptz not null,
    primary key (tenant_id, id)
);

-- Messages that one delivery job works off.
create table chunk (
    tenant_id  uuid not null,
    id         uuid not null,
    batch_id   uuid,
    created_at timestamptz not null,
    -- When its job is to be at work next; none while its batch is paused. One that is long past has lost its job.
    due_at     timestamptz,
    done_at    timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, batch_id) references batch (tenant_id, id)
);
create index chunk_due on chunk (due_at) where done_at is null;
create index chunk_batch on chunk (tenant_id, batch_id) where done_at is null;

-- The log of every message, and the queue of those that are not out yet. No index holds a column that changes on the way of a message, so
-- that its two or three updates stay within the page (HOT); the free space is for them.
create table message (
    tenant_id        uuid not null,
    id               uuid not null,
    channel          text not null check (channel = 'email'),
    kind             text not null check (kind in ('campaign', 'test', 'transactional')),
    chunk_id         uuid not null,
    batch_id         uuid,
    template_key     text,
    brand_id         uuid,
    campaign_id      uuid,
    customer_id      uuid,
    lead_id          uuid,
    address          text not null,
    display_name     text,
    -- The template's until the message is rendered.
    subject          text not null,
    variables        jsonb not null,
    traceparent      text,
    status           text not null check (status in
        ('queued', 'sending', 'sent', 'delivered', 'bounced', 'failed', 'unknown', 'suppressed', 'cancelled')),
    provider         text not null,
    attempts         int not null default 0,
    error            text,
    created_at       timestamptz not null,
    next_attempt_at  timestamptz not null,
    first_attempt_at timestamptz,
    -- Who is at it: a job and its run. The outcome is taken from that run only.
    claim_job        uuid,
    claim_attempt    int,
    claimed_at       timestamptz,
    sent_at          timestamptz,
    opened_at        timestamptz,
    clicked_at       timestamptz,
    unsubscribed_at  timestamptz,
    opens            int not null default 0,
    clicks           int not null default 0,
    primary key (tenant_id, id),
    -- What it says comes from one place.
    constraint message_content check ((batch_id is null) <> (template_key is null))
) with (fillfactor = 70);
-- Tracking addresses name a message and no tenant.
create index message_id on message (id);
create index message_chunk on message (tenant_id, chunk_id);
create index message_created on message (tenant_id, created_at desc, id desc);
create index message_campaign on message (tenant_id, campaign_id, created_at desc, id desc) where campaign_id is not null;
create index message_customer on message (tenant_id, customer_id, created_at desc, id desc) where customer_id is not null;
create index message_lead on message (tenant_id, lead_id, created_at desc, id desc) where lead_id is not null;
create index message_address on message (tenant_id, address);

-- What providers answered; only ever added to.
create table delivery_attempt (
    tenant_id   uuid not null,
    message_id  uuid not null,
    id          uuid not null,
    at          timestamptz not null,
    outcome     text not null check (outcome in ('sent', 'bounced', 'retry', 'failed', 'unknown')),
    response    text,
    provider    text not null,
    duration_ms int not null,
    primary key (tenant_id, message_id, id)
);
create index delivery_attempt_at on delivery_attempt using brin (at) with (pages_per_range = 16);

-- Messages that the sandbox caught instead of a provider.
create table sandbox_message (
    tenant_id       uuid not null,
    id              uuid not null,
    campaign_id     uuid,
    to_address      text not null,
    from_address    text not null,
    subject         text not null,
    preview         text not null,
    html            text not null,
    text            text not null,
    unsubscribe_url text,
    raw             bytea not null,
    at              timestamptz not null,
    primary key (tenant_id, id)
);
create index sandbox_message_at on sandbox_message (tenant_id, at desc, id desc);
create index sandbox_message_age on sandbox_message using brin (at) with (pages_per_range = 16);
create index sandbox_message_campaign on sandbox_message (tenant_id, campaign_id, at desc, id desc) where campaign_id is not null;

-- A copy of what customers says about addresses, so that each claim can look at it. One row for each reason that holds.
create table blocked_address (
    tenant_id uuid not null,
    channel   text not null,
    address   text not null,
    reason    text not null check (reason in ('bounce', 'complaint', 'unsubscribe', 'manual', 'import', 'no_consent')),
    primary key (tenant_id, channel, address, reason)
);

-- Templates of transactional messages that a tenant has made or changed; the platform's own stand in the code.
create table message_template (
    tenant_id  uuid not null,
    id         uuid not null,
    key        text not null,
    language   text not null,
    channel    text not null check (channel = 'email'),
    name       text not null,
    subject    text not null,
    html       text not null,
    text       text,
    updated_by uuid,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (tenant_id, id)
);
create unique index message_template_key on message_template (tenant_id, channel, key, language);

create table inbox_item (
    tenant_id  uuid not null,
    id         uuid not null,
    user_id    uuid not null,
    kind       text not null,
    title      text not null,
    body       text not null,
    link       text,
    -- How many things it tells of, and the names of the first ones: while unread, more of the kind join it.
    count      int not null,
    names      text[] not null,
    created_at timestamptz not null,
    read_at    timestamptz,
    primary key (tenant_id, id)
);
create index inbox_item_user on inbox_item (tenant_id, user_id, created_at desc, id desc);
create index inbox_item_unread on inbox_item (tenant_id, user_id) where read_at is null;

-- Leads given to an agent of which no e-mail has told yet.
create table assignment_digest (
    tenant_id uuid not null,
    user_id   uuid not null,
    count     int not null check (count > 0),
    lead_id   uuid not null,
    reason    text not null,
    names     text[] not null,
    primary key (tenant_id, user_id)
);
