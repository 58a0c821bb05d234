namespace Tideline.Contracts.Gateway;

/// <summary>
/// Requests that were turned away at the public door, for the audit trail. Refusals of the same kind within a few seconds are one event that
/// says how many; what is left of a flood beyond that is counted in <c>others</c>.
/// </summary>
[Event("access.denied")]
public sealed record AccessDenied : IEvent
{
    /// <summary>401 (not signed in), 403 (not allowed) or 429 (too many).</summary>
    public required int Status { get; init; }
    public required string Method { get; init; }
    /// <summary>The route, never the path: a path may carry tokens and addresses.</summary>
    public required string Route { get; init; }
    /// <summary>Who, as far as the request could prove it.</summary>
    public Guid? UserId { get; init; }
    public Guid? ApiKeyId { get; init; }
    /// <summary>The client's address; of IPv6 the first 64 bits.</summary>
    public required string Address { get; init; }
    /// <summary>Refusals that this event stands for.</summary>
    public required int Count { get; init; }
    public required DateTimeOffset FirstAt { get; init; }
    public required DateTimeOffset LastAt { get; init; }
    /// <summary>Refusals of other kinds in these seconds that were only counted.</summary>
    public int Others { get; init; }
    public string Key => Address;
}
