-- One-time requests: at this time, tell this owner this name. The same owner and name again replaces the request.
create table task (
    tenant_id   uuid not null,             -- all zeros: a request of the platform itself
    id          uuid not null,
    owner       text not null,
    name        text not null,
    due_at      timestamptz not null,
    state       text not null check (state in ('pending', 'fired', 'cancelled')),
    traceparent text,
    created_at  timestamptz not null default clock_timestamp(),
    ended_at    timestamptz,
    primary key (tenant_id, id),
    check ((state = 'pending') = (ended_at is null))
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create unique index task_name on task (tenant_id, owner, name);
create index task_due on task (due_at) where state = 'pending';
create index task_list on task (tenant_id, due_at, id);
create index task_ended on task (ended_at) where ended_at is not null;

-- What repeats.
create table schedule (
    tenant_id     uuid not null,
    id            uuid not null,
    name          text not null,
    cron          text,
    every_seconds int check (every_seconds between 1 and 31536000),
    time_zone     text not null,
    event         text,
    job           text,
    payload       text,
    misfire       text not null check (misfire in ('once', 'all', 'skip')),
    paused        boolean not null,
    -- Intervals are counted from here, so that lateness does not add up.
    anchor        timestamptz not null,
    -- None: paused, or there will never be another.
    next_fire_at  timestamptz,
    last_fire_at  timestamptz,
    created_at    timestamptz not null,
    -- Grows with edits, not with fires: who edits a schedule of every second must have a chance.
    version       bigint not null default 1,
    primary key (tenant_id, id),
    check ((cron is null) <> (every_seconds is null)),
    check ((event is null) <> (job is null)),
    check (not paused or next_fire_at is null)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create unique index schedule_name on schedule (tenant_id, lower(name));
create index schedule_due on schedule (next_fire_at) where next_fire_at is not null;

-- What a schedule did. A time of a schedule is fired at most once, whatever fails: the unique index is in the firing transaction.
create table schedule_execution (
    tenant_id   uuid not null,
    id          uuid not null,
    schedule_id uuid not null,
    kind        text not null check (kind in ('due', 'missed', 'manual', 'skipped')),
    due_at      timestamptz not null,
    fired_at    timestamptz not null,
    -- Times that this one stands for and that were not fired themselves.
    left_out    int not null default 0,
    primary key (tenant_id, id),
    foreign key (tenant_id, schedule_id) references schedule (tenant_id, id) on delete cascade
);
create unique index schedule_execution_once on schedule_execution (tenant_id, schedule_id, due_at) where kind in ('due', 'missed');
create index schedule_execution_list on schedule_execution (tenant_id, schedule_id, id);
create index schedule_execution_fired_at on schedule_execution using brin (fired_at);
