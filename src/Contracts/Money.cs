namespace Tideline.Contracts;

/// <summary>An amount in the minor units of an ISO 4217 currency: 12300 EUR is one hundred and twenty-three euros.</summary>
public sealed record Money(long Amount, string Currency);
