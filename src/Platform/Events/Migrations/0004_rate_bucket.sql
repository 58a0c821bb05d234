-- What is left of the limits that all gateways share. Unlogged: after a crash of the server every bucket is full again, and nobody minds.
create unlogged table rate_bucket (
    key        text primary key,
    per_second float8 not null,
    burst      float8 not null,
    -- Below zero when processes have together given out more than there was.
    tokens     float8 not null,
    at         timestamptz not null
) with (fillfactor = 50);
create index rate_bucket_at on rate_bucket (at);
