using Tideline.Platform.Data;

namespace Tideline.Customers.Consents;

/// <summary>A statement of a person about one channel and topic. Never changed; the newest counts.</summary>
internal sealed class Consent : ITenantOwned
{
    /// <summary>The topic of campaigns, when nothing finer is said.</summary>
    public const string Marketing = "marketing";

    public required Guid TenantId { get; init; }
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required string Channel { get; init; }
    public required string Topic { get; init; }
    public required string Address { get; init; }
    public Guid? CustomerId { get; init; }
    public required string State { get; init; }
    public required string Source { get; init; }
    /// <summary>The words that the person agreed to.</summary>
    public string? Wording { get; init; }
    /// <summary>From which network address it was said, where that is known.</summary>
    public string? Ip { get; init; }
    /// <summary>Who wrote it down; absent when the person said it themselves.</summary>
    public Guid? RecordedBy { get; init; }
    public required DateTimeOffset At { get; init; }
}

/// <summary>An address that is never written to.</summary>
internal sealed class Suppression : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required string Channel { get; init; }
    public required string Address { get; init; }
    public required string Reason { get; init; }
    public Guid? CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}
