namespace Tideline.Contracts.__Service__;

/// <summary>A new __entity_words__ is there. Raised once, in the transaction that stores it.</summary>
[Event("__event__.created")]
public sealed record __Entity__Created : IEvent
{
    public required Guid __Entity__Id { get; init; }
    public required string Name { get; init; }
    public string Key => __Entity__Id.ToString();
}
