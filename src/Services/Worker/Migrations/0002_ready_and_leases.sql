-- A job was one wide row with eight indexes that every claim and every completion rewrote. Now its row is written once. What changes all the
-- time stands in narrow tables: `ready` (may run now), `lease` (runs now, one row for many jobs), `done` (has run). Where a job is in its
-- life follows from where it stands; the view job_now says it. Only what is rare (waits, failed, cancelled) is written into the job's row.

-- The rows of all tenants are moved here; the migrator closes the table again when it is done.
alter table job no force row level security;

-- What may run now. A claim deletes, so rows are never updated here. Its jobs go back with the lease that it writes in the same statement.
create table ready (
    tenant_id uuid not null,
    id        uuid not null,
    type      text not null,
    queue     text not null,
    priority  smallint not null,
    run_at    timestamptz not null,
    attempt   int not null,             -- runs so far
    primary key (tenant_id, id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
-- Claims: find the lanes (type, tenant, queue) that have work by jumping from one to the next, then take each lane's first.
create index ready_lane on ready (type, tenant_id, queue, priority, run_at, id);

-- What a runner holds: a row for each claim, tenant and queue. A heartbeat renews the row, not the jobs; a result takes its job out of it, and
-- only whoever finds the job there, with this attempt, may say how it ended.
create table lease (
    tenant_id  uuid not null,
    id         uuid not null,
    worker     uuid not null,
    until      timestamptz not null,
    claimed_at timestamptz not null,
    queue      text not null,
    keyed      boolean not null,        -- its jobs have unique keys, which their ends set free
    ids        uuid[] not null,
    attempts   int[] not null,
    cancelled  uuid[] not null default '{}', -- those of ids that somebody wants to stop
    primary key (tenant_id, id),
    check (cardinality(ids) > 0 and cardinality(ids) = cardinality(attempts))
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_cost_delay = 0);
create index lease_worker on lease (worker);
-- Ids do not compress; trying costs more than it saves.
alter table lease alter ids set storage external, alter attempts set storage external;

-- What has been done. Once a job stands here it has ended, whatever else is claimed.
create table done (
    tenant_id   uuid not null,
    id          uuid not null,
    attempt     int not null,
    started_at  timestamptz not null,
    finished_at timestamptz not null,
    primary key (tenant_id, id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index done_finished on done (finished_at);

-- How much was completed, a row for each batch of results: the last minute's rate without a look at the jobs.
create table pace (
    queue text not null,
    at    timestamptz not null default clock_timestamp(),
    jobs  int not null
);
create index pace_at on pace (at);

insert into ready (tenant_id, id, type, queue, priority, run_at, attempt)
select tenant_id, id, type, queue, priority, run_at, attempt from job where state = 'ready';

-- Runners of before cannot report any more: their leases run out, and the jobs come back.
insert into lease (tenant_id, id, worker, until, claimed_at, queue, keyed, ids, attempts, cancelled)
select tenant_id, gen_random_uuid(), lease_owner, max(leased_until), max(started_at), queue, unique_key is not null,
    array_agg(id order by id), array_agg(attempt order by id), coalesce(array_agg(id) filter (where cancel_requested), '{}')
from job where state = 'running' group by tenant_id, lease_owner, queue, unique_key is not null;

insert into done (tenant_id, id, attempt, started_at, finished_at)
select tenant_id, id, attempt, coalesce(started_at, finished_at), finished_at from job where state = 'completed';

drop index job_ready, job_leased, job_owner, job_unique;
alter table job
    drop column lease_owner, drop column leased_until, drop column cancel_requested, -- their checks go with them
    drop constraint job_state_check, drop constraint job_check2,
    -- From the request until the end, for a job with a unique key: as long as it keeps others out.
    add column holds_key boolean not null default false;
update job set holds_key = unique_key is not null and state in ('ready', 'scheduled', 'running'),
    state = case when state in ('ready', 'running', 'completed') then 'queued' else state end,
    finished_at = case when state <> 'completed' then finished_at end
where state in ('ready', 'running', 'completed') or unique_key is not null;
alter table job
    -- queued: stands in ready, in a lease or in done.
    add constraint job_state_check check (state in ('queued', 'scheduled', 'dead', 'cancelled')),
    add constraint job_finished_check check ((state in ('dead', 'cancelled')) = (finished_at is not null)),
    alter state set default 'queued';
alter table job set (fillfactor = 95);
-- While a job of this type and key waits or runs, another is not added; a dead one blocks nobody.
create unique index job_unique on job (tenant_id, type, unique_key) where holds_key;

-- Jobs as people see them. `recorded` is what the job's own row says: an index finds the dead and the waiting by it.
create view job_now with (security_invoker = true) as
select j.tenant_id, j.id, j.state as recorded, case
        when j.state <> 'queued' then j.state
        when d.id is not null then 'completed'
        when l.attempt is not null then 'running'
        else 'ready' end as state,
    j.queue, j.type, j.payload, j.priority, j.run_at, coalesce(d.attempt, l.attempt, j.attempt) as attempt, j.uncounted, j.max_attempts, j.unique_key,
    coalesce(l.cancelled, false) as cancel_requested,
    -- What an earlier run told says nothing about this one.
    case when d.id is not null then 100 when l.attempt <> j.attempt then null else j.progress end as progress,
    case when coalesce(d.attempt, l.attempt) <> j.attempt then null else j.progress_text end as progress_text,
    case when d.id is null then j.error end as error, j.traceparent, j.created_at,
    coalesce(d.started_at, l.claimed_at, j.started_at) as started_at, coalesce(d.finished_at, j.finished_at) as finished_at
from job j
left join done d on d.tenant_id = j.tenant_id and d.id = j.id
left join lateral (
    select l.attempts[array_position(l.ids, j.id)] as attempt, l.claimed_at, j.id = any (l.cancelled) as cancelled
    from lease l where j.state = 'queued' and l.tenant_id = j.tenant_id and j.id = any (l.ids) limit 1) l on true;
