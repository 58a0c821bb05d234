namespace Tideline.Contracts.Leads;

/// <summary>What other services ask of leads.</summary>
public sealed class LeadsClient(HttpClient http)
{
    /// <summary>The next people of an audience, in the order of their ids.</summary>
    public Task<AudiencePage> AudienceAsync(AudienceRequest request, CancellationToken ct) =>
        http.PostAsync<AudiencePage>("/internal/leads/audience", request, ct);

    /// <summary>How many leads a filter leaves.</summary>
    public async Task<long> CountAsync(AudienceFilter filter, CancellationToken ct) =>
        (await http.PostAsync<AudienceCount>("/internal/leads/audience/count", filter, ct)).Leads;

    /// <summary>One lead as an audience member, or null.</summary>
    public Task<AudienceMember?> FindAsync(Guid leadId, CancellationToken ct) =>
        http.GetOrNullAsync<AudienceMember>($"/internal/leads/audience/{leadId}", ct);
}

/// <summary>Which leads. Absent members do not restrict.</summary>
public sealed record AudienceFilter
{
    /// <summary>Words looked for in name, company and addresses.</summary>
    public string? Q { get; init; }
    /// <summary>new, working, qualified, won, lost.</summary>
    public IReadOnlyList<string>? Status { get; init; }
    public IReadOnlyList<Guid>? StageIds { get; init; }
    /// <summary>User ids, or <c>none</c>.</summary>
    public IReadOnlyList<string>? OwnerIds { get; init; }
    public IReadOnlyList<string>? Sources { get; init; }
    public DateTimeOffset? CreatedFrom { get; init; }
    public DateTimeOffset? CreatedTo { get; init; }
    public Guid? ImportId { get; init; }
}

/// <summary>A page of an audience: the leads that the filter takes and the exclusion does not.</summary>
/// <param name="Filter">Whom to take.</param>
/// <param name="Exclude">Whom to leave out.</param>
/// <param name="After">The last lead of the page before.</param>
/// <param name="Limit">1 to 5,000.</param>
public sealed record AudienceRequest(AudienceFilter Filter, AudienceFilter? Exclude, Guid? After, int Limit);

/// <summary>Leads in the order of their ids; the last page is shorter than the limit.</summary>
public sealed record AudiencePage(IReadOnlyList<AudienceMember> Members);

/// <summary>How many.</summary>
public sealed record AudienceCount(long Leads);

/// <summary>A lead as the recipient of a message.</summary>
public sealed record AudienceMember
{
    public required Guid LeadId { get; init; }
    /// <summary>The person; absent for a moment after the lead came in.</summary>
    public Guid? CustomerId { get; init; }
    public string? Email { get; init; }
    public string? Phone { get; init; }
    public required string DisplayName { get; init; }
    public string? FirstName { get; init; }
    public string? LastName { get; init; }
    public string? Company { get; init; }
    public string? Country { get; init; }
    public string? Website { get; init; }
    public string? Source { get; init; }
    public IReadOnlyDictionary<string, string>? Custom { get; init; }
}
