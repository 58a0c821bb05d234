-- Sessions that ended before their access tokens do. Every process reads them when it starts and is told of new ones.
create table revoked_session (
    session_id uuid primary key,
    until      timestamptz not null
);
create index revoked_session_until on revoked_session (until);
