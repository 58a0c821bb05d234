using Tideline.Platform.Text;

namespace Tideline.Leads.Imports;

/// <summary>Something about one value of a row: why the row is refused, or what was kept in another way than asked.</summary>
internal sealed record RowProblem(string Field, string? Value, string Reason);

/// <summary>
/// An address as it is used, as it was typed, and as it is compared. Only <see cref="Typed"/> is set when it cannot be used.
/// </summary>
internal sealed record RowEmail(string Typed, string? Address, string? MatchKey);

/// <inheritdoc cref="RowEmail"/>
internal sealed record RowPhone(string Typed, string? E164, string? Extension)
{
    public string? Canonical => new PhoneNumber(E164, Extension, null).Canonical;
}

/// <summary>A lead read from one row, valid and in normal form.</summary>
internal sealed record LeadRow
{
    public required long Row { get; init; }
    public string? FirstName { get; init; }
    public string? LastName { get; init; }
    public string? Company { get; init; }
    public RowEmail? Email { get; init; }
    public RowEmail? Email2 { get; init; }
    public RowPhone? Phone { get; init; }
    public RowPhone? Phone2 { get; init; }
    public string? Website { get; init; }
    public string? Country { get; init; }
    public string? Source { get; init; }

    /// <summary>The stage in the file's own words; which stage of the pipeline that is, the import's mapping says.</summary>
    public string? Stage { get; init; }

    public TypedMoney? Value { get; init; }
    public string? Notes { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public IReadOnlyDictionary<string, string> Custom { get; init; } = NoCustom;

    /// <summary>What is kept differently from how it was mapped. None of it is lost.</summary>
    public IReadOnlyList<RowProblem> Warnings { get; init; } = [];

    private static readonly Dictionary<string, string> NoCustom = [];
}

/// <summary>What became of a row: a lead, or the reasons against it. Neither for a blank row, which is passed over.</summary>
internal readonly record struct LeadRowResult(LeadRow? Lead, IReadOnlyList<RowProblem> Rejections)
{
    public bool IsBlank => Lead is null && Rejections.Count == 0;
}
