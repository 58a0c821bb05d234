-- The one job queue. Rows of all states stand here until the retention loop takes the finished ones; every hot path has a partial index of
-- its own, so finished rows cost the claims nothing.
create table job (
    tenant_id     uuid not null,             -- all zeros: work of the platform itself
    id            uuid not null,
    state         text not null check (state in ('ready', 'scheduled', 'running', 'completed', 'dead', 'cancelled')),
    queue         text not null,
    type          text not null,
    payload       text not null,
    priority      smallint not null default 5 check (priority between 0 and 9),
    run_at        timestamptz not null,
    -- Counts the runs and fences them: it grows with every claim and never shrinks.
    attempt       int not null default 0,
    -- Runs that do not count against max_attempts: snoozed, given back at a stop, or before a retry by hand.
    uncounted     int not null default 0,
    max_attempts  int not null check (max_attempts > 0),
    unique_key    text,
    lease_owner   uuid,
    leased_until  timestamptz,
    cancel_requested boolean not null default false,
    progress      double precision check (progress between 0 and 100),
    progress_text text,
    error         text,
    traceparent   text,
    created_at    timestamptz not null default clock_timestamp(),
    started_at    timestamptz,
    finished_at   timestamptz,
    primary key (tenant_id, id),
    check ((state = 'running') = (lease_owner is not null)),
    check ((state = 'running') = (leased_until is not null)),
    check ((state in ('completed', 'dead', 'cancelled')) = (finished_at is not null))
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- Claims: find the lanes (type, tenant, queue) that have work by jumping from one to the next, then take each lane's first.
create index job_ready on job (type, tenant_id, queue, priority, run_at, id) where state = 'ready';
create index job_scheduled on job (run_at) where state = 'scheduled';
create index job_leased on job (leased_until) where state = 'running';
create index job_owner on job (lease_owner) where state = 'running';
-- While a job of this type and key waits or runs, another is not added; a dead one blocks nobody.
create unique index job_unique on job (tenant_id, type, unique_key)
    where unique_key is not null and state in ('ready', 'scheduled', 'running');
create index job_open on job (queue, state, run_at) where state in ('ready', 'scheduled', 'running', 'dead');
create index job_finished on job (state, finished_at) include (queue) where finished_at is not null;
create index job_list on job (tenant_id, type, id);

create table job_log (
    tenant_id uuid not null,
    job_id    uuid not null,
    seq       bigint generated always as identity,
    attempt   int not null,
    at        timestamptz not null default clock_timestamp(),
    text      text not null,
    primary key (tenant_id, job_id, seq),
    foreign key (tenant_id, job_id) references job (tenant_id, id) on delete cascade
);

-- A tenant's wish about a queue: pausing holds that tenant's jobs only.
create table queue_setting (
    tenant_id  uuid not null,
    name       text not null,
    paused     boolean not null,
    changed_at timestamptz not null default clock_timestamp(),
    changed_by uuid,
    primary key (tenant_id, name)
);

-- Runners that are alive. A claim needs its runner's row, so one that has left gets nothing any more.
create table worker (
    id         uuid primary key,
    service    text not null,
    host       text not null,
    types      text[] not null,
    started_at timestamptz not null default clock_timestamp(),
    seen_at    timestamptz not null default clock_timestamp()
);
