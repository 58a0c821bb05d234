namespace Tideline.Contracts.Customers;

/// <summary>The person behind a lead is known: found by e-mail or phone, or made new.</summary>
[Event("customer.resolved")]
public sealed record CustomerResolved : IEvent
{
    public required Guid CustomerId { get; init; }
    public required Guid LeadId { get; init; }
    /// <summary>True when this lead brought the customer into being.</summary>
    public required bool Created { get; init; }
    public string Key => LeadId.ToString();
}

/// <summary>Two customers turned out to be one person. <see cref="MergedId"/> lives on in <see cref="CustomerId"/>.</summary>
[Event("customer.merged")]
public sealed record CustomerMerged : IEvent
{
    public required Guid CustomerId { get; init; }
    public required Guid MergedId { get; init; }
    public string Key => CustomerId.ToString();
}

/// <summary>A person's say on a channel changed.</summary>
[Event("consent.changed")]
public sealed record ConsentChanged : IEvent
{
    public Guid? CustomerId { get; init; }
    public required string Channel { get; init; }
    public required string Topic { get; init; }
    /// <summary><c>granted</c> or <c>denied</c>.</summary>
    public required string State { get; init; }
    public required string Address { get; init; }
    public required string Source { get; init; }
    public string Key => Address;
}

/// <summary>An address must not be sent to (or may again, when <see cref="Active"/> is false).</summary>
[Event("suppression.changed")]
public sealed record SuppressionChanged : IEvent
{
    public required string Channel { get; init; }
    /// <summary>Canonical address: lower-cased e-mail or E.164.</summary>
    public required string Address { get; init; }
    /// <summary><c>bounce</c>, <c>complaint</c>, <c>unsubscribe</c>, <c>manual</c> or <c>import</c>.</summary>
    public required string Reason { get; init; }
    public required bool Active { get; init; }
    public string Key => Address;
}
