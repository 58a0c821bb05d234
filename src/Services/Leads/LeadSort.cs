using System.Text.Json;
using Tideline.Platform.Api;

namespace Tideline.Leads;

/// <summary>The orders in which leads can be listed. Each ends with the id, so that a cursor names exactly one place.</summary>
internal static class LeadSort
{
    /// <summary>Sorts, and skips to the cursor.</summary>
    /// <returns>The sorted leads, and what a cursor remembers of the last one.</returns>
    public static (IQueryable<Lead> Leads, Func<Lead, object?[]> Position) Apply(IQueryable<Lead> leads, string sort, string? cursor)
    {
        var descending = sort.StartsWith('-');
        var at = cursor is null ? null : Cursor.Read(cursor, 2);
        var id = at is null ? default : at[1].ValueKind == JsonValueKind.String && at[1].TryGetGuid(out var guid) ? guid : throw Foreign();
        switch (sort.TrimStart('-'))
        {
            case "createdAt":
                {
                    if (at is not null)
                    {
                        var from = Time(at[0]);
                        leads = descending
                            ? leads.Where(l => l.CreatedAt < from || (l.CreatedAt == from && l.Id < id))
                            : leads.Where(l => l.CreatedAt > from || (l.CreatedAt == from && l.Id > id));
                    }
                    return (descending ? leads.OrderByDescending(l => l.CreatedAt).ThenByDescending(l => l.Id) : leads.OrderBy(l => l.CreatedAt).ThenBy(l => l.Id), l => [l.CreatedAt, l.Id]);
                }
            case "updatedAt":
                {
                    if (at is not null)
                    {
                        var from = Time(at[0]);
                        leads = descending
                            ? leads.Where(l => l.UpdatedAt < from || (l.UpdatedAt == from && l.Id < id))
                            : leads.Where(l => l.UpdatedAt > from || (l.UpdatedAt == from && l.Id > id));
                    }
                    return (descending ? leads.OrderByDescending(l => l.UpdatedAt).ThenByDescending(l => l.Id) : leads.OrderBy(l => l.UpdatedAt).ThenBy(l => l.Id), l => [l.UpdatedAt, l.Id]);
                }
            case "displayName":
                {
                    if (at is not null)
                    {
                        var from = Text(at[0]);
                        leads = descending
                            ? leads.Where(l => string.Compare(l.DisplayName, from) < 0 || (l.DisplayName == from && l.Id < id))
                            : leads.Where(l => string.Compare(l.DisplayName, from) > 0 || (l.DisplayName == from && l.Id > id));
                    }
                    return (descending ? leads.OrderByDescending(l => l.DisplayName).ThenByDescending(l => l.Id) : leads.OrderBy(l => l.DisplayName).ThenBy(l => l.Id), l => [l.DisplayName, l.Id]);
                }
            case "company":
                {
                    if (at is not null)
                    {
                        var from = Text(at[0]);
                        leads = descending
                            ? leads.Where(l => string.Compare(l.Company ?? "", from) < 0 || ((l.Company ?? "") == from && l.Id < id))
                            : leads.Where(l => string.Compare(l.Company ?? "", from) > 0 || ((l.Company ?? "") == from && l.Id > id));
                    }
                    return (descending ? leads.OrderByDescending(l => l.Company ?? "").ThenByDescending(l => l.Id) : leads.OrderBy(l => l.Company ?? "").ThenBy(l => l.Id), l => [l.Company ?? "", l.Id]);
                }
            case "score":
                {
                    if (at is not null)
                    {
                        var from = at[0].ValueKind == JsonValueKind.Number && at[0].TryGetInt32(out var score) ? score : throw Foreign();
                        leads = descending
                            ? leads.Where(l => l.Score < from || (l.Score == from && l.Id < id))
                            : leads.Where(l => l.Score > from || (l.Score == from && l.Id > id));
                    }
                    return (descending ? leads.OrderByDescending(l => l.Score).ThenByDescending(l => l.Id) : leads.OrderBy(l => l.Score).ThenBy(l => l.Id), l => [l.Score, l.Id]);
                }
            default:
                throw Problem.Invalid("sort", "Can be createdAt, updatedAt, displayName, company or score, with - in front for descending.");
        }
    }

    private static DateTimeOffset Time(JsonElement value) => value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var time) ? time : throw Foreign();

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Foreign();

    private static Problem Foreign() => Problem.Invalid("cursor", "The cursor is not one that this list has given out.");
}
