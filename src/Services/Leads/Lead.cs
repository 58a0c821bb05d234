using Tideline.Contracts;
using Tideline.Contracts.Leads;
using Tideline.Leads.Pipelines;
using Tideline.Platform.Data;

namespace Tideline.Leads;

/// <summary>A person (or a person at a company) who may become a customer.</summary>
internal sealed class Lead : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public string? FirstName { get; set; }
    public string? LastName { get; set; }
    public string DisplayName { get; private set; } = "";
    public string? Company { get; set; }
    public string? Email { get; set; }
    public string? EmailRaw { get; set; }
    public string? Email2 { get; set; }
    public string? Email2Raw { get; set; }
    public string? Phone { get; set; }
    public string? PhoneRaw { get; set; }
    public string? Phone2 { get; set; }
    public string? Phone2Raw { get; set; }
    public string? Website { get; set; }
    public string? Country { get; set; }
    public string? Source { get; set; }
    public Guid PipelineId { get; private set; }
    public Guid StageId { get; private set; }
    public LeadStatus Status { get; private set; }
    public string? LostReason { get; private set; }
    public long? ValueAmount { get; private set; }
    public string? ValueCurrency { get; private set; }
    public Guid? OwnerId { get; private set; }
    public Guid? CustomerId { get; private set; }
    public int Score { get; private set; }
    public string? Notes { get; set; }
    public Dictionary<string, string> Custom { get; set; } = [];
    public Guid? ImportId { get; init; }
    public Guid? CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; set; }
    public uint Version { get; private set; }

    public Money? Value
    {
        get => ValueAmount is { } amount ? new Money(amount, ValueCurrency!) : null;
        set => (ValueAmount, ValueCurrency) = (value?.Amount, value?.Currency);
    }

    /// <summary>What people see: the name, else the company, else the address.</summary>
    public void Name() => DisplayName = string.Join(' ', new[] { FirstName, LastName }.Where(n => !string.IsNullOrWhiteSpace(n))) is { Length: > 0 } name
        ? name
        : Company ?? Email ?? Phone ?? EmailRaw ?? PhoneRaw ?? "Unnamed";

    /// <summary>Puts the lead on a stage; its status is the stage's.</summary>
    /// <returns>False when it is there already.</returns>
    public bool MoveTo(Stage stage, string? lostReason)
    {
        // Said once, the reason stays until another is said.
        var reason = stage.Status == LeadStatus.Lost ? lostReason ?? (StageId == stage.Id ? LostReason : null) : null;
        if (StageId == stage.Id && LostReason == reason) return false;
        (PipelineId, StageId, Status, LostReason) = (stage.PipelineId, stage.Id, stage.Status, reason);
        return true;
    }

    /// <summary>Gives the lead to an agent; a new lead is then being worked on only when somebody moves it.</summary>
    /// <returns>False when the agent has it already.</returns>
    public bool AssignTo(Guid? agent)
    {
        if (OwnerId == agent) return false;
        OwnerId = agent;
        return true;
    }

    /// <summary>The addresses by which this lead is recognised.</summary>
    public IEnumerable<(string Kind, string Value)> Identities()
    {
        var seen = new HashSet<(string, string)>();
        foreach (var email in new[] { Email, Email2 })
            if (email is not null && seen.Add(("email", email))) yield return ("email", email);
        foreach (var phone in new[] { Phone, Phone2 })
            if (phone is not null && seen.Add(("phone", phone))) yield return ("phone", phone);
    }

    /// <summary>What other services are told.</summary>
    public LeadSnapshot Snapshot(string stage) => new()
    {
        LeadId = Id,
        FirstName = FirstName,
        LastName = LastName,
        Company = Company,
        Email = Email,
        Email2 = Email2,
        Phone = Phone,
        Phone2 = Phone2,
        Country = Country,
        Source = Source,
        Stage = stage,
        Status = Status.ToString().ToLowerInvariant(),
        Value = Value,
        OwnerId = OwnerId,
        CustomerId = CustomerId,
        Custom = Custom.Count == 0 ? null : Custom,
        CreatedAt = CreatedAt,
    };
}

/// <summary>Where a lead is between first contact and the end.</summary>
public enum LeadStatus
{
    /// <summary>Nobody has worked on it.</summary>
    New,
    /// <summary>In contact.</summary>
    Working,
    /// <summary>Worth an offer.</summary>
    Qualified,
    /// <summary>Became a customer.</summary>
    Won,
    /// <summary>Will not.</summary>
    Lost,
}
