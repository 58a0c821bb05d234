create table brand (
    tenant_id      uuid not null,
    id             uuid not null,
    name           text not null,
    is_default     boolean not null,
    primary_color  char(7) not null,
    accent_color   char(7) not null,
    -- An https address, or a small picture as data: URL; hence not limited to the length of an address.
    logo_url       text,
    font_family    text not null,
    voice          text,
    legal_name     text not null,
    postal_address text not null,
    website_url    text,
    language       text not null,
    from_name      text not null,
    from_email     text not null,
    reply_to       text,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    primary key (tenant_id, id),
    constraint brand_name_length check (length(name) between 1 and 200),
    constraint brand_colors check (primary_color ~ '^#[0-9a-f]{6}$' and accent_color ~ '^#[0-9a-f]{6}$')
);
-- Never two; that there is one is kept by the service, which gives the default away only to another brand.
create unique index brand_default on brand (tenant_id) where is_default;
