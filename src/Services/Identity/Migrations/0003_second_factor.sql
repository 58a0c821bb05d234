-- An authenticator app (RFC 6238). Belongs to the person, not to a workspace.
create table totp_factor (
    user_id      uuid primary key references user_account (id) on delete cascade,
    -- AES-256-GCM, bound to the user: a copy of this table makes no codes.
    secret       bytea not null,
    created_at   timestamptz not null,
    -- Asked for from then on: somebody who never finished must still get in.
    confirmed_at timestamptz,
    -- The step of the last code that was taken; none up to it is taken again.
    last_step    bigint not null
);

-- For the day on which the app is lost. Keyed hashes: a copy of this table lets nobody guess the short codes.
create table recovery_code (
    user_id    uuid not null references totp_factor (user_id) on delete cascade,
    code_hash  bytea not null,
    created_at timestamptz not null,
    used_at    timestamptz,
    primary key (user_id, code_hash)
);
