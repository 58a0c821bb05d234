-- What a link in an e-mail proves: whoever brings the token has the mailbox. Of a token only its hash is here.
create table one_time_token (
    token_hash bytea primary key,
    user_id    uuid not null references user_account (id) on delete cascade,
    purpose    text not null,
    -- The address that the link went to and that it proves; for a new address it is not yet the account's.
    email      text,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    -- Set when it was used, or when a newer one of its kind took its place.
    ended_at   timestamptz,
    constraint one_time_token_is_sha256 check (length(token_hash) = 32),
    constraint one_time_token_email_form check (email is null or (email = lower(email) and length(email) between 3 and 254))
);
-- At most one of a kind can be used.
create unique index one_time_token_open on one_time_token (user_id, purpose) where ended_at is null;
create index one_time_token_by_user on one_time_token (user_id, created_at);
create index one_time_token_expires on one_time_token (expires_at);
