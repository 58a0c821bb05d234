using Tideline.Contracts.Leads;
using Tideline.Platform.Api;

namespace Tideline.Campaigns.Audiences;

/// <summary>Whom a campaign is for: the leads of a filter without those of another.</summary>
public sealed record Audience
{
    private const int MaxValues = 100;

    /// <summary>Whom to take; an empty filter takes all leads.</summary>
    public required AudienceFilter LeadFilter { get; init; }

    /// <summary>Whom to leave out. An empty filter leaves out nobody.</summary>
    public AudienceFilter? Exclude { get; init; }

    internal static Audience Everybody { get; } = new() { LeadFilter = new AudienceFilter() };

    /// <summary>The same audience in the form in which it is stored and asked for.</summary>
    /// <exception cref="Problem">400 that names the member.</exception>
    internal Audience Normalise() => new()
    {
        LeadFilter = Normalise(LeadFilter, "audience.leadFilter") ?? new AudienceFilter(),
        Exclude = Exclude is null ? null : Normalise(Exclude, "audience.exclude"),
    };

    // Null when nothing restricts: an exclusion of everybody is never what was meant.
    private static AudienceFilter? Normalise(AudienceFilter filter, string at)
    {
        var clean = new AudienceFilter
        {
            Q = string.IsNullOrWhiteSpace(filter.Q) ? null : filter.Q.Trim(),
            Status = List(filter.Status, at + ".status"),
            StageIds = List(filter.StageIds, at + ".stageIds"),
            OwnerIds = List(filter.OwnerIds, at + ".ownerIds"),
            Sources = List(filter.Sources, at + ".sources"),
            CreatedFrom = filter.CreatedFrom?.ToUniversalTime(),
            CreatedTo = filter.CreatedTo?.ToUniversalTime(),
            ImportId = filter.ImportId,
        };
        return clean is { Q: null, Status: null, StageIds: null, OwnerIds: null, Sources: null, CreatedFrom: null, CreatedTo: null, ImportId: null } ? null : clean;
    }

    private static IReadOnlyList<T>? List<T>(IReadOnlyList<T>? values, string at) => values switch
    {
        null or { Count: 0 } => null,
        { Count: > MaxValues } => throw Problem.Invalid(at, $"May hold {MaxValues} values."),
        _ when values.Any(v => v is null) => throw Problem.Invalid(at, "May not hold null."),
        _ => values,
    };
}
