using Tideline.Contracts.Leads;
using Tideline.Platform.Data;

namespace Tideline.Customers;

/// <summary>A person, whatever leads, messages and calls they come by.</summary>
internal sealed class Customer : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public string DisplayName { get; private set; } = "";
    public string? FirstName { get; private set; }
    public string? LastName { get; private set; }
    public string? Company { get; private set; }
    public Dictionary<string, string> Attributes { get; private set; } = [];
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; private set; }
    public string Search { get; private set; } = "";

    /// <summary>Takes over what a lead says of the person; what it does not say stays.</summary>
    public void Learn(LeadSnapshot lead, IEnumerable<string> addresses, DateTimeOffset now)
    {
        FirstName = lead.FirstName ?? FirstName;
        LastName = lead.LastName ?? LastName;
        Company = lead.Company ?? Company;
        var attributes = new Dictionary<string, string>(Attributes);
        foreach (var (field, value) in lead.Custom ?? new Dictionary<string, string>()) attributes[field] = value;
        if (lead.Country is not null) attributes["country"] = lead.Country;
        if (lead.Source is not null) attributes.TryAdd("source", lead.Source);
        Attributes = attributes;
        DisplayName = string.Join(' ', new[] { FirstName, LastName }.Where(n => !string.IsNullOrWhiteSpace(n))) is { Length: > 0 } name
            ? name
            : Company ?? lead.Email ?? lead.Phone ?? "Unnamed";
        Search = string.Join(' ', new[] { DisplayName, Company }.Concat(addresses).Where(s => s is not null)).ToLowerInvariant();
        UpdatedAt = now;
    }
}

/// <summary>An address of a customer, in its canonical form.</summary>
internal sealed class CustomerAddress : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required string Kind { get; init; }
    public required string Value { get; init; }
    public required Guid CustomerId { get; init; }
    public required DateTimeOffset AddedAt { get; init; }
}

/// <summary>Which person a lead is.</summary>
internal sealed class LeadLink : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required Guid LeadId { get; init; }
    public required Guid CustomerId { get; set; }
}

/// <summary>One line of a person's timeline.</summary>
internal sealed class CustomerEvent : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid CustomerId { get; init; }
    public required string Type { get; init; }
    public required DateTimeOffset At { get; init; }
    public required string Summary { get; init; }
    public string? Data { get; init; }
}
