using System.ComponentModel;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Api;

namespace Tideline.Leads;

/// <summary>Which leads: the same filters for list, count, export and the audiences of campaigns.</summary>
internal sealed record LeadFilter
{
    public string? Q { get; init; }
    public IReadOnlyList<string>? Status { get; init; }
    public IReadOnlyList<Guid>? StageIds { get; init; }
    /// <summary>User ids, or <c>none</c> for leads without an owner.</summary>
    public IReadOnlyList<string>? OwnerIds { get; init; }
    public IReadOnlyList<string>? Sources { get; init; }
    public DateTimeOffset? CreatedFrom { get; init; }
    public DateTimeOffset? CreatedTo { get; init; }
    public Guid? ImportId { get; init; }

    /// <summary>Reads the filter of a list from the query; a parameter may be repeated or hold several values with commas.</summary>
    public static LeadFilter From(IQueryCollection query) => new()
    {
        Q = query["q"].ToString() is { Length: > 0 } q ? q : null,
        Status = Many(query, "status"),
        StageIds = Many(query, "stageId")?.Select(v => Id("stageId", v)).ToList(),
        OwnerIds = Many(query, "ownerId"),
        Sources = query["source"].Count > 0 ? [.. query["source"].Where(s => !string.IsNullOrEmpty(s))!] : null,
        CreatedFrom = Time(query, "createdFrom"),
        CreatedTo = Time(query, "createdTo"),
        ImportId = query["importId"].ToString() is { Length: > 0 } import ? Id("importId", import) : null,
    };

    /// <summary>Applies the filter.</summary>
    /// <exception cref="Problem">400 that names the filter.</exception>
    public IQueryable<Lead> Apply(IQueryable<Lead> leads)
    {
        if (Q is { } q)
        {
            if (q.Length > 200) throw Problem.Invalid("q", "May have 200 characters.");
            foreach (var word in q.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(8))
            {
                var pattern = "%" + word.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_") + "%";
                leads = leads.Where(l => EF.Functions.Like(EF.Property<string>(l, "Search"), pattern, "\\"));
            }
        }
        if (Status is { Count: > 0 } statuses)
        {
            var wanted = statuses.Select(s => Enum.TryParse<LeadStatus>(s, true, out var status) && Enum.IsDefined(status) && !char.IsAsciiDigit(s[0])
                ? status : throw Problem.Invalid("status", "Must be new, working, qualified, won or lost.")).ToList();
            leads = leads.Where(l => wanted.Contains(l.Status));
        }
        if (StageIds is { Count: > 0 } stages) leads = leads.Where(l => stages.Contains(l.StageId));
        if (OwnerIds is { Count: > 0 } owners)
        {
            var ids = owners.Where(o => o != "none").Select(o => Id("ownerId", o)).ToList();
            var none = owners.Contains("none");
            leads = leads.Where(l => (l.OwnerId != null && ids.Contains(l.OwnerId.Value)) || (none && l.OwnerId == null));
        }
        if (Sources is { Count: > 0 } sources) leads = leads.Where(l => sources.Contains(l.Source!));
        if (CreatedFrom is { } from) leads = leads.Where(l => l.CreatedAt >= from);
        if (CreatedTo is { } to) leads = leads.Where(l => l.CreatedAt < to);
        if (ImportId is { } import) leads = leads.Where(l => l.ImportId == import);
        return leads;
    }

    private static List<string>? Many(IQueryCollection query, string name)
    {
        var values = query[name].SelectMany(v => (v ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Take(101).ToList();
        if (values.Count > 100) throw Problem.Invalid(name, "May hold 100 values.");
        return values.Count == 0 ? null : values;
    }

    private static Guid Id(string name, string value) => Guid.TryParse(value, out var id) ? id : throw Problem.Invalid(name, "Must be an id.");

    private static DateTimeOffset? Time(IQueryCollection query, string name)
    {
        if (query[name].ToString() is not { Length: > 0 } text) return null;
        return DateTimeOffset.TryParse(text, null, System.Globalization.DateTimeStyles.AssumeUniversal, out var time) && time.Year > 1
            ? time.ToUniversalTime()
            : throw Problem.Invalid(name, "Must be a time in ISO 8601.");
    }
}
