using Tideline.Contracts;

namespace Tideline.Leads;

/// <summary>A lead that is to be written: checked, normalised, with what was typed beside it. Absent means: nothing is said about it.</summary>
internal sealed record LeadDraft
{
    public string? FirstName { get; init; }
    public string? LastName { get; init; }
    public string? Company { get; init; }
    public string? Email { get; init; }
    public string? EmailRaw { get; init; }
    public string? Email2 { get; init; }
    public string? Email2Raw { get; init; }
    public string? Phone { get; init; }
    public string? PhoneRaw { get; init; }
    public string? Phone2 { get; init; }
    public string? Phone2Raw { get; init; }
    public string? Website { get; init; }
    public string? Country { get; init; }
    public string? Source { get; init; }
    public Guid? StageId { get; init; }
    public Money? Value { get; init; }
    public Guid? OwnerId { get; init; }
    public string? Notes { get; init; }
    public IReadOnlyDictionary<string, string>? Custom { get; init; }
    public Guid? ImportId { get; init; }
    /// <summary>Who stands behind it, when that is not the caller: a job works for whoever started it.</summary>
    public Guid? By { get; init; }
    /// <summary>When it was created in the system it comes from; now, when absent.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    public static LeadDraft Of(LeadInput input, Contact contact) => new()
    {
        FirstName = LeadInput.Clean(input.FirstName),
        LastName = LeadInput.Clean(input.LastName),
        Company = LeadInput.Clean(input.Company),
        Email = contact.Email,
        EmailRaw = LeadInput.Clean(input.Email),
        Email2 = contact.Email2,
        Email2Raw = LeadInput.Clean(input.Email2),
        Phone = contact.Phone,
        PhoneRaw = LeadInput.Clean(input.Phone),
        Phone2 = contact.Phone2,
        Phone2Raw = LeadInput.Clean(input.Phone2),
        // In the forms that an import makes of them, so that an export that comes back changes nothing.
        Website = LeadInput.Clean(input.Website) is { } website ? Imports.WebAddress.Normalize(website) ?? website : null,
        Country = contact.Country,
        Source = LeadInput.Clean(input.Source),
        StageId = input.StageId,
        Value = input.Value,
        OwnerId = input.OwnerId,
        Notes = LeadInput.Clean(input.Notes)?.Replace("\r\n", "\n").Replace('\r', '\n'),
        Custom = input.Custom,
    };

    public IEnumerable<(string Kind, string Value)> Identities()
    {
        if (Email is not null) yield return ("email", Email);
        if (Email2 is not null && Email2 != Email) yield return ("email", Email2);
        if (Phone is not null) yield return ("phone", Phone);
        if (Phone2 is not null && Phone2 != Phone) yield return ("phone", Phone2);
    }

    /// <summary>
    /// The same without the addresses that belong to another lead: they stay with the one that has them, and one address never stands on two leads.
    /// </summary>
    public LeadDraft Without(Func<(string Kind, string Value), bool> isAnothers)
    {
        var draft = this;
        if (Email is not null && isAnothers(("email", Email))) draft = draft with { Email = null, EmailRaw = null };
        if (Email2 is not null && isAnothers(("email", Email2))) draft = draft with { Email2 = null, Email2Raw = null };
        if (Phone is not null && isAnothers(("phone", Phone))) draft = draft with { Phone = null, PhoneRaw = null };
        if (Phone2 is not null && isAnothers(("phone", Phone2))) draft = draft with { Phone2 = null, Phone2Raw = null };
        return draft;
    }

    /// <summary>A new lead with what is said here.</summary>
    public Lead Create(Guid tenant, Guid? user, Pipelines.Stage stage, DateTimeOffset now)
    {
        var lead = new Lead { TenantId = tenant, ImportId = ImportId, CreatedBy = user, CreatedAt = CreatedAt ?? now, UpdatedAt = now };
        lead.MoveTo(stage, null);
        lead.AssignTo(OwnerId);
        Fill(lead, []);
        lead.Name();
        return lead;
    }

    /// <summary>Writes what is said here over a lead; what is not said stays.</summary>
    /// <returns>What changed.</returns>
    public List<Timeline.FieldChange> Update(Lead lead)
    {
        var changes = new List<Timeline.FieldChange>();
        Fill(lead, changes);
        lead.Name();
        return changes;
    }

    private void Fill(Lead lead, List<Timeline.FieldChange> changes)
    {
        Set("firstName", lead.FirstName, FirstName, v => lead.FirstName = v);
        Set("lastName", lead.LastName, LastName, v => lead.LastName = v);
        Set("company", lead.Company, Company, v => lead.Company = v);
        Set("email", lead.Email, Email, v => (lead.Email, lead.EmailRaw) = (v, EmailRaw));
        Set("email2", lead.Email2, Email2, v => (lead.Email2, lead.Email2Raw) = (v, Email2Raw));
        Set("phone", lead.Phone, Phone, v => (lead.Phone, lead.PhoneRaw) = (v, PhoneRaw));
        Set("phone2", lead.Phone2, Phone2, v => (lead.Phone2, lead.Phone2Raw) = (v, Phone2Raw));
        Set("website", lead.Website, Website, v => lead.Website = v);
        Set("country", lead.Country, Country, v => lead.Country = v);
        Set("source", lead.Source, Source, v => lead.Source = v);
        Set("notes", lead.Notes, Notes, v => lead.Notes = v);
        Set("value", Text(lead.Value), Text(Value), _ => lead.Value = Value);
        // What could not be read as an address is kept as typed, where there is nothing better.
        lead.EmailRaw ??= EmailRaw;
        lead.Email2Raw ??= Email2Raw;
        lead.PhoneRaw ??= PhoneRaw;
        lead.Phone2Raw ??= Phone2Raw;
        foreach (var (name, value) in Custom ?? new Dictionary<string, string>())
            Set("custom." + name, lead.Custom.GetValueOrDefault(name), value, v => lead.Custom = new(lead.Custom) { [name] = v });

        void Set(string field, string? before, string? after, Action<string> set)
        {
            if (after is null || before == after) return;
            changes.Add(new Timeline.FieldChange(field, before, after));
            set(after);
        }
    }

    internal static string? Text(Money? money) => money is null ? null : $"{money.Amount} {money.Currency}";
}
