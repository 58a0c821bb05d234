namespace Tideline.Contracts.Identity;

/// <summary>Somebody got an account.</summary>
[Event("user.registered")]
public sealed record UserRegistered : IEvent
{
    public required Guid UserId { get; init; }
    public required string Email { get; init; }
    public required string Name { get; init; }
    public string Key => UserId.ToString();
}

/// <summary>Somebody's name or e-mail address changed. Services that know the person as a member hear <c>membership.changed</c> as well.</summary>
[Event("user.updated")]
public sealed record UserUpdated : IEvent
{
    public required Guid UserId { get; init; }
    public required string Email { get; init; }
    public required string Name { get; init; }
    public string Key => UserId.ToString();
}

/// <summary>Somebody says that they forgot the password of an account. Whether the address has one is found out by whoever handles it.</summary>
[Event("password-reset.requested")]
public sealed record PasswordResetRequested : IEvent
{
    public required string Email { get; init; }
    public string Key => Email;
}

/// <summary>A workspace was opened. Services make what a new tenant needs (a pipeline, a brand) when they see it.</summary>
[Event("tenant.created")]
public sealed record TenantCreated : IEvent
{
    public required Guid TenantId { get; init; }
    public required string Name { get; init; }
    /// <summary>ISO 3166 alpha-2; the default for phone numbers typed without a country.</summary>
    public required string Country { get; init; }
    /// <summary>IANA zone.</summary>
    public required string TimeZone { get; init; }
    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }
    public required Guid OwnerId { get; init; }
    public string Key => TenantId.ToString();
}

/// <summary>The workspace's name, country, zone or currency changed. Carries all of them.</summary>
[Event("tenant.updated")]
public sealed record TenantUpdated : IEvent
{
    public required Guid TenantId { get; init; }
    public required string Name { get; init; }
    public required string Country { get; init; }
    public required string TimeZone { get; init; }
    public required string Currency { get; init; }
    public string Key => TenantId.ToString();
}

/// <summary>A person's place in a tenant: joined, got another role, or left; or their name or address, of which this is the newest.</summary>
[Event("membership.changed")]
public sealed record MembershipChanged : IEvent
{
    public required Guid UserId { get; init; }
    public required string Email { get; init; }
    public required string Name { get; init; }
    public required string Role { get; init; }
    /// <summary>False when the person has left the tenant.</summary>
    public required bool Active { get; init; }
    public string Key => UserId.ToString();
}

/// <summary>A session ended before its access token does, or an API key was taken back; holders must be turned away.</summary>
[Event("session.revoked")]
public sealed record SessionRevoked : IEvent
{
    /// <summary>The <c>sid</c> of the tokens, or the id of the API key.</summary>
    public required Guid SessionId { get; init; }
    /// <summary>When nobody would believe them any more without this.</summary>
    public required DateTimeOffset Until { get; init; }
    public string Key => SessionId.ToString();
}
