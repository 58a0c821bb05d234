namespace Tideline.Contracts.Notifications;

/// <summary>
/// A service wants one e-mail to go to one person because of something that person or their workspace did: an invitation, a reset, a receipt.
/// Notifications renders the template in the brand's layout and sends it, once per <see cref="IdempotencyKey"/>; suppression of marketing does
/// not hold it back.
/// </summary>
[Event("email.requested")]
public sealed record EmailRequested : IEvent
{
    public required string To { get; init; }
    /// <summary>Key of the template, e.g. <c>invitation</c>.</summary>
    public required string TemplateKey { get; init; }
    /// <summary>What the template may name.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }
    /// <summary>The same key is the same e-mail, however often it is asked for.</summary>
    public required string IdempotencyKey { get; init; }
    /// <summary>The tenant's default brand when absent.</summary>
    public Guid? BrandId { get; init; }
    public string Key => IdempotencyKey;
}
