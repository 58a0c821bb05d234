-- What a program of a member's uses instead of signing in. Of a key only its hash is here.
create table api_key (
    tenant_id    uuid not null references tenant (tenant_id) on delete cascade,
    id           uuid not null,
    -- Whose key it is: it may never do more than this person may.
    user_id      uuid not null references user_account (id),
    name         text not null,
    -- The first characters, by which people tell their keys apart.
    prefix       text not null,
    key_hash     bytea not null,
    permissions  text[] not null,
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    primary key (tenant_id, id),
    constraint api_key_name_length check (length(name) between 1 and 100),
    constraint api_key_is_sha256 check (length(key_hash) = 32),
    constraint api_key_may_do_something check (cardinality(permissions) between 1 and 100)
);
-- Found by the key alone: a program with a key has not said which workspace it means.
create unique index api_key_hash on api_key (key_hash);
create index api_key_by_user on api_key (tenant_id, user_id) where revoked_at is null;
