using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts;
using Tideline.Contracts.Identity;
using Tideline.Leads.Pipelines;
using Tideline.Platform.Api;
using Tideline.Platform.Security;
using Tideline.Platform.Text;

namespace Tideline.Leads;

internal static class LeadListEndpoints
{
    public static void MapLeadLists(this RouteGroupBuilder api)
    {
        var leads = api.MapGroup("/leads").WithTags("Leads");
        leads.MapGet("/", List).WithName("listLeads").Requires("leads:read");
        leads.MapGet("/count", Count).WithName("countLeads").Requires("leads:read");
        leads.MapGet("/export.csv", Export).WithName("exportLeads").Requires("leads:read");
        api.MapGet("/sources", Sources).WithName("listLeadSources").WithTags("Leads").Requires("leads:read");
        api.MapGet("/summary", Summary).WithName("summariseLeads").WithTags("Leads").Requires("leads:read");
    }

    /// <summary>
    /// Leads, filtered by q (words looked for in name, company, addresses), status, stageId, ownerId (or none), source, createdFrom, createdTo, importId; sorted by createdAt,
    /// updatedAt, displayName, company or score, with - for descending.
    /// </summary>
    private static async Task<Ok<Page<LeadView>>> List(
        HttpRequest request, LeadsDb db, PipelineBook pipelines, int? limit, string? cursor, string? sort, CancellationToken ct)
    {
        var size = Limit.Of(limit);
        var query = LeadFilter.From(request.Query).Apply(db.Leads.AsNoTracking());
        var (sorted, position) = LeadSort.Apply(query, sort ?? "-createdAt", cursor);
        var rows = await sorted.Take(size + 1).ToListAsync(ct);
        var page = Page<Lead>.Of(rows, size, position);
        var names = (await pipelines.StagesAsync(ct)).ToDictionary(s => s.Id, s => s.Name);
        return TypedResults.Ok(new Page<LeadView>([.. page.Data.Select(l => LeadView.Of(l, names.GetValueOrDefault(l.StageId, "")))], page.Next));
    }

    /// <summary>How many leads the filters leave.</summary>
    private static async Task<Ok<CountAnswer>> Count(HttpRequest request, LeadsDb db, CancellationToken ct) =>
        TypedResults.Ok(new CountAnswer(await LeadFilter.From(request.Query).Apply(db.Leads).LongCountAsync(ct)));

    /// <summary>The filtered leads as CSV, streamed; cells that a spreadsheet would run as a formula are made harmless.</summary>
    private static async Task Export(HttpContext http, LeadsDb db, PipelineBook pipelines, IdentityClient identity, CancellationToken ct)
    {
        var leads = LeadFilter.From(http.Request.Query).Apply(db.Leads.AsNoTracking()).OrderByDescending(l => l.CreatedAt).ThenByDescending(l => l.Id);
        var names = (await pipelines.StagesAsync(ct)).ToDictionary(s => s.Id, s => s.Name);
        var owners = await OwnersAsync(identity, ct);
        var tenant = db.Caller.TenantId;
        var custom = await db.Database.SqlQuery<string>(
            $"select distinct name as \"Value\" from lead, jsonb_object_keys(custom) as name where tenant_id = {tenant}").OrderBy(name => name).Take(LeadCsv.MaxCustom).ToListAsync(ct);
        http.Response.ContentType = "text/csv; charset=utf-8";
        http.Response.Headers.ContentDisposition = "attachment; filename=\"leads.csv\"";
        await LeadCsv.WriteAsync(http.Response.Body, leads.AsAsyncEnumerable(), names, owners, custom, ct);
    }

    // Names are identity's. Without it the export has the owners' ids, and that is better than no export.
    private static async Task<IReadOnlyDictionary<Guid, string>> OwnersAsync(IdentityClient identity, CancellationToken ct)
    {
        try
        {
            return (await identity.MembersAsync(ct)).ToDictionary(u => u.Id, u => u.Email);
        }
        catch (Exception e) when (e is HttpRequestException or ServiceCallException or Polly.ExecutionRejectedException)
        {
            return new Dictionary<Guid, string>();
        }
    }

    /// <summary>Where leads came from, the most frequent first.</summary>
    private static async Task<Ok<List<SourceCount>>> Sources(LeadsDb db, CancellationToken ct) =>
        TypedResults.Ok(await db.Leads.Where(l => l.Source != null).GroupBy(l => l.Source!)
            .OrderByDescending(g => g.LongCount()).Take(200).Select(g => new SourceCount(g.Key, g.LongCount())).ToListAsync(ct));

    /// <summary>The numbers of the home page.</summary>
    private static async Task<Ok<SummaryAnswer>> Summary(LeadsDb db, PipelineBook pipelines, TimeProvider clock, CancellationToken ct)
    {
        var zone = await db.TenantSettings.Select(s => s.TimeZone).FirstOrDefaultAsync(ct);
        var today = StartOfToday(clock.GetUtcNow(), zone);
        var counts = await db.Leads.GroupBy(l => new { l.StageId, l.Status }).Select(g => new { g.Key.StageId, g.Key.Status, Count = g.LongCount() }).ToListAsync(ct);
        var stages = await pipelines.StagesAsync(ct);
        return TypedResults.Ok(new SummaryAnswer(
            counts.Sum(c => c.Count),
            Enum.GetValues<LeadStatus>().ToDictionary(s => s.ToString().ToLowerInvariant(), s => counts.Where(c => c.Status == s).Sum(c => c.Count)),
            [.. stages.Select(s => new StageCount(s.Id, s.Name, counts.Where(c => c.StageId == s.Id).Sum(c => c.Count)))],
            await db.Leads.LongCountAsync(l => l.CreatedAt >= today, ct),
            await db.Leads.LongCountAsync(l => l.OwnerId == null, ct)));
    }

    private static DateTimeOffset StartOfToday(DateTimeOffset now, string? zone)
    {
        if (zone is null || !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found)) return new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var midnight = TimeZoneInfo.ConvertTime(now, found).Date;
        return new DateTimeOffset(midnight, found.GetUtcOffset(midnight)).ToUniversalTime();
    }
}

/// <summary>How many.</summary>
public sealed record CountAnswer(long Count);

/// <summary>A source and how many leads it brought.</summary>
public sealed record SourceCount(string Name, long Count);

/// <summary>A stage and how many leads stand on it.</summary>
public sealed record StageCount(Guid StageId, string Name, long Count);

/// <summary>Leads in numbers; today is the workspace's day.</summary>
public sealed record SummaryAnswer(long Total, IReadOnlyDictionary<string, long> ByStatus, IReadOnlyList<StageCount> ByStage, long CreatedToday, long Unassigned);
