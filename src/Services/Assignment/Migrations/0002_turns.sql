-- Who takes part in the round in which owed was earned, as a mark; and the order of the last turns, so that equals take theirs one after the other.
alter table pool_member
    add column round     bigint not null default 0,
    add column last_turn bigint not null default 0;

-- The pool in which nobody was free, for leads that wait for that: they are next when somebody there is free again.
alter table waiting add column pool_id uuid;
create index waiting_pool on waiting (tenant_id, pool_id, since, lead_id) where pool_id is not null;
