using System.ComponentModel.DataAnnotations;
using Tideline.Contracts;
using Tideline.Platform.Api;
using Tideline.Platform.Text;

namespace Tideline.Leads;

/// <summary>A lead as a client states it. Needs an e-mail address or a phone number.</summary>
public sealed record LeadInput
{
    /// <summary>Given name.</summary>
    [MaxLength(200)] public string? FirstName { get; init; }
    /// <summary>Family name.</summary>
    [MaxLength(200)] public string? LastName { get; init; }
    /// <summary>Company.</summary>
    [MaxLength(300)] public string? Company { get; init; }
    /// <summary>E-mail address, as typed.</summary>
    [MaxLength(320)] public string? Email { get; init; }
    /// <summary>Second e-mail address.</summary>
    [MaxLength(320)] public string? Email2 { get; init; }
    /// <summary>Phone number, as typed; without a country code it is read as one of <see cref="Country"/> or of the workspace's country. An extension (ext 12) belongs to it.</summary>
    [MaxLength(100)] public string? Phone { get; init; }
    /// <summary>Second phone number.</summary>
    [MaxLength(100)] public string? Phone2 { get; init; }
    /// <summary>Web site.</summary>
    [MaxLength(500)] public string? Website { get; init; }
    /// <summary>ISO 3166 alpha-2 code or English name.</summary>
    [MaxLength(100)] public string? Country { get; init; }
    /// <summary>Where the lead came from.</summary>
    [MaxLength(200)] public string? Source { get; init; }
    /// <summary>Stage; the pipeline's first when absent.</summary>
    public Guid? StageId { get; init; }
    /// <summary>Expected value of the deal.</summary>
    public Money? Value { get; init; }
    /// <summary>Owner; when absent the rules of assignment decide.</summary>
    public Guid? OwnerId { get; init; }
    /// <summary>Free text.</summary>
    [MaxLength(10_000)] public string? Notes { get; init; }
    /// <summary>Fields of the tenant's own.</summary>
    [MaxLength(50)] public Dictionary<string, string>? Custom { get; init; }

    /// <summary>Reads the addresses and checks what attributes cannot.</summary>
    /// <returns>Messages by field; empty when all is well.</returns>
    internal Dictionary<string, string[]> Normalise(string defaultCountry, out Contact contact)
    {
        var errors = new Dictionary<string, string[]>();
        var country = Clean(Country) is { } typed ? CountryCode.Parse(typed) : null;
        if (Clean(Country) is not null && country is null) errors["country"] = ["Not a country: use its two-letter code or its English name."];
        contact = new Contact
        {
            Email = ReadEmail("email", Email, errors),
            Email2 = ReadEmail("email2", Email2, errors),
            Phone = ReadPhone("phone", Phone, country ?? defaultCountry, errors),
            Phone2 = ReadPhone("phone2", Phone2, country ?? defaultCountry, errors),
            Country = country,
        };
        if (Clean(Email) is null && Clean(Email2) is null && Clean(Phone) is null && Clean(Phone2) is null)
            errors["email"] = ["An e-mail address or a phone number is needed."];
        if (Value is { } value && (value.Currency is not { Length: 3 } || !value.Currency.All(char.IsAsciiLetterUpper)))
            errors["value.currency"] = ["Must be a three-letter ISO 4217 code."];
        if (Value is { Amount: < 0 }) errors["value.amount"] = ["Must not be negative."];
        foreach (var (name, text) in Custom ?? [])
            if (name.Length is 0 or > 64 || text is null or { Length: > 2000 }) errors["custom." + name] = ["The name may have 64 characters and the value 2,000."];
        return errors;
    }

    internal static string? Clean(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static string? ReadEmail(string field, string? typed, Dictionary<string, string[]> errors)
    {
        if (Clean(typed) is null) return null;
        var read = EmailAddress.Parse(typed);
        if (read.Canonical is null) errors[field] = [$"Not an e-mail address: {read.Reason}"];
        return read.Canonical;
    }

    private static string? ReadPhone(string field, string? typed, string country, Dictionary<string, string[]> errors)
    {
        if (Clean(typed) is null) return null;
        var read = PhoneNumber.Parse(typed, country);
        if (read.E164 is null) errors[field] = [$"Not a phone number: {read.Reason}"];
        return read.Canonical;
    }
}

/// <summary>The addresses of a lead in their canonical forms.</summary>
internal sealed record Contact
{
    public string? Email { get; init; }
    public string? Email2 { get; init; }
    public string? Phone { get; init; }
    public string? Phone2 { get; init; }
    public string? Country { get; init; }
}
