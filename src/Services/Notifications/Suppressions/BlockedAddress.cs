using Tideline.Platform.Data;

namespace Tideline.Notifications.Suppressions;

/// <summary>A reason not to write to an address: the service's copy of what customers decides.</summary>
internal sealed class BlockedAddress : ITenantOwned
{
    /// <summary>The person has said no to marketing; every other reason is one of the suppression list.</summary>
    public const string NoConsent = "no_consent";

    public required Guid TenantId { get; init; }
    public required string Channel { get; init; }
    public required string Address { get; init; }
    public required string Reason { get; init; }
}
