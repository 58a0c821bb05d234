-- Roles that a workspace makes for itself, beside the built-in ones. A member's role names one or the other.
create table custom_role (
    tenant_id   uuid not null references tenant (tenant_id) on delete cascade,
    id          uuid not null,
    -- How memberships and invitations name it; so it never changes.
    name        text not null,
    description text not null,
    permissions text[] not null,
    created_at  timestamptz not null,
    primary key (tenant_id, id),
    constraint custom_role_name unique (tenant_id, name),
    constraint custom_role_name_form check (name ~ '^[a-z][a-z0-9-]{1,39}$'),
    constraint custom_role_is_not_built_in check (name not in ('owner', 'admin', 'manager', 'agent', 'analyst', 'member')),
    constraint custom_role_description_length check (length(description) <= 200),
    constraint custom_role_permissions_count check (cardinality(permissions) <= 200)
);
