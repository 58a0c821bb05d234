-- Users, their sessions and the keys belong to nobody's workspace: one person may be in many. These tables carry no tenant_id, so that
-- row-level security does not apply; everything that is a workspace's own does carry it.

create table user_account (
    id                uuid primary key,
    -- As it was typed, for showing; email_key is what is compared and unique.
    email             text not null,
    email_key         text not null,
    name              text not null,
    -- Absent for people who sign in by other means only.
    password_hash     text,
    email_verified_at timestamptz,
    -- May see and steer the installation itself, not only their workspaces.
    is_operator       boolean not null default false,
    -- Where the person last worked: opened again at the next sign-in.
    last_tenant_id    uuid,
    created_at        timestamptz not null,
    constraint user_account_email_key unique (email_key),
    constraint user_account_email_key_form check (email_key = lower(email_key) and length(email_key) between 3 and 254),
    constraint user_account_name_length check (length(name) between 1 and 200)
);

create table tenant (
    tenant_id  uuid primary key,
    name       text not null,
    country    char(2) not null,
    time_zone  text not null,
    currency   char(3) not null,
    created_at timestamptz not null,
    constraint tenant_name_length check (length(name) between 1 and 200)
);

create table membership (
    tenant_id uuid not null references tenant (tenant_id) on delete cascade,
    id        uuid not null,
    user_id   uuid not null references user_account (id),
    role      text not null,
    joined_at timestamptz not null,
    -- Kept after somebody has left: their name still stands beside what they did.
    left_at   timestamptz,
    primary key (tenant_id, id),
    constraint membership_user unique (tenant_id, user_id)
);
create index membership_by_user on membership (user_id) where left_at is null;

create table invitation (
    tenant_id   uuid not null references tenant (tenant_id) on delete cascade,
    id          uuid not null,
    email       text not null,
    email_key   text not null,
    role        text not null,
    token_hash  bytea not null,
    invited_by  uuid not null references user_account (id),
    created_at  timestamptz not null,
    expires_at  timestamptz not null,
    accepted_at timestamptz,
    revoked_at  timestamptz,
    primary key (tenant_id, id),
    constraint invitation_ends_once check (accepted_at is null or revoked_at is null)
);
-- Found by the token alone: whoever follows the link is not signed in yet.
create unique index invitation_token on invitation (token_hash);
create unique index invitation_open on invitation (tenant_id, email_key) where accepted_at is null and revoked_at is null;

create table session (
    id               uuid primary key,
    -- What access tokens carry as sid. Renewed when the tokens that are out must stop but the session may go on: a role was changed.
    token_sid        uuid not null,
    user_id          uuid not null references user_account (id) on delete cascade,
    active_tenant_id uuid,
    user_agent       text not null,
    ip               text not null,
    -- Where the last refresh came from: an old token gets its answer again only from there.
    last_ip          text not null,
    last_user_agent  text not null,
    -- A second cookie that only says "this browser has signed in here before"; see the throttle.
    device_hash      bytea,
    created_at       timestamptz not null,
    last_seen_at     timestamptz not null,
    expires_at       timestamptz not null,
    ended_at         timestamptz,
    end_reason       text,
    constraint session_end_has_reason check ((ended_at is null) = (end_reason is null))
);
create unique index session_token_sid on session (token_sid);
create index session_by_user on session (user_id, created_at);

-- One row a rotation. The token itself is never stored: a stolen copy of this table signs nobody in.
create table refresh_token (
    token_hash bytea primary key,
    session_id uuid not null references session (id) on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    -- Set when its successor was given out.
    rotated_at timestamptz,
    constraint refresh_token_is_sha256 check (length(token_hash) = 32)
);
-- At most one token of a session can be used.
create unique index refresh_token_current on refresh_token (session_id) where rotated_at is null;
create index refresh_token_expires on refresh_token (expires_at);

create table signing_key (
    kid         text primary key,
    x           text not null,
    y           text not null,
    -- AES-256-GCM: nonce, tag, PKCS#8.
    private_key bytea not null,
    created_at  timestamptz not null,
    -- Published before it signs, so that everybody knows it by then.
    signs_from  timestamptz not null,
    -- Published until no token signed by it can be alive.
    ends_at     timestamptz
);

create table access_attempt (
    id         uuid primary key,
    user_id    uuid,
    email_key  text not null,
    outcome    text not null,
    ip         text not null,
    user_agent text not null,
    at         timestamptz not null
);
create index access_attempt_by_user on access_attempt (user_id, at desc) where user_id is not null;
create index access_attempt_at on access_attempt using brin (at);

-- Failed sign-ins, counted before the password is looked at, so that parallel guesses cannot overtake the count.
create table sign_in_throttle (
    key           text primary key,
    failures      int not null,
    last_at       timestamptz not null,
    blocked_until timestamptz not null
);
create index sign_in_throttle_last_at on sign_in_throttle (last_at);
