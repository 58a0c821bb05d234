using Tideline.Contracts;

namespace Tideline.Leads;

/// <summary>A lead as the API shows it.</summary>
public sealed record LeadView
{
    public required Guid Id { get; init; }
    public string? FirstName { get; init; }
    public string? LastName { get; init; }
    public required string DisplayName { get; init; }
    public string? Company { get; init; }
    public string? Email { get; init; }
    public string? EmailRaw { get; init; }
    public string? Email2 { get; init; }
    public string? Phone { get; init; }
    public string? PhoneRaw { get; init; }
    public string? Phone2 { get; init; }
    public string? Phone2Raw { get; init; }
    public string? Website { get; init; }
    public string? Country { get; init; }
    public string? Source { get; init; }
    public required Guid PipelineId { get; init; }
    public required Guid StageId { get; init; }
    public required string StageName { get; init; }
    public required LeadStatus Status { get; init; }
    public string? LostReason { get; init; }
    public Money? Value { get; init; }
    public Guid? OwnerId { get; init; }
    public Guid? CustomerId { get; init; }
    public required int Score { get; init; }
    public string? Notes { get; init; }
    public required IReadOnlyDictionary<string, string> Custom { get; init; }
    public Guid? ImportId { get; init; }
    public Guid? CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    /// <summary>Send it back as <c>If-Match</c> when you change the lead.</summary>
    public required uint Version { get; init; }

    internal static LeadView Of(Lead lead, string stageName) => new()
    {
        Id = lead.Id,
        FirstName = lead.FirstName,
        LastName = lead.LastName,
        DisplayName = lead.DisplayName,
        Company = lead.Company,
        Email = lead.Email,
        EmailRaw = lead.EmailRaw,
        Email2 = lead.Email2,
        Phone = lead.Phone,
        PhoneRaw = lead.PhoneRaw,
        Phone2 = lead.Phone2,
        Phone2Raw = lead.Phone2Raw,
        Website = lead.Website,
        Country = lead.Country,
        Source = lead.Source,
        PipelineId = lead.PipelineId,
        StageId = lead.StageId,
        StageName = stageName,
        Status = lead.Status,
        LostReason = lead.LostReason,
        Value = lead.Value,
        OwnerId = lead.OwnerId,
        CustomerId = lead.CustomerId,
        Score = lead.Score,
        Notes = lead.Notes,
        Custom = lead.Custom,
        ImportId = lead.ImportId,
        CreatedBy = lead.CreatedBy,
        CreatedAt = lead.CreatedAt,
        UpdatedAt = lead.UpdatedAt,
        Version = lead.Version,
    };
}
