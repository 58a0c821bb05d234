using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Campaigns.Results;
using Tideline.Platform.Api;
using Tideline.Platform.Realtime;
using Tideline.Platform.Security;

namespace Tideline.Campaigns;

internal static class CampaignEndpoints
{
    private static readonly Dictionary<string, CampaignStatus> Statuses =
        Enum.GetValues<CampaignStatus>().ToDictionary(s => s.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    public static void MapCampaigns(this RouteGroupBuilder api)
    {
        var campaigns = api.MapGroup("/campaigns").WithTags("Campaigns");
        campaigns.MapGet("/", List).WithName("listCampaigns").Requires("campaigns:read");
        campaigns.MapPost("/", Create).WithName("createCampaign").Requires("campaigns:write").Idempotent<CampaignsDb>();
        campaigns.MapGet("/{id:guid}", Get).WithName("getCampaign").Requires("campaigns:read");
        campaigns.MapPatch("/{id:guid}", Edit).WithName("editCampaign").Requires("campaigns:write");
        campaigns.MapDelete("/{id:guid}", Delete).WithName("deleteCampaign").Requires("campaigns:write");
    }

    /// <summary>Campaigns, newest first; of one status, when asked for.</summary>
    private static async Task<Ok<Page<CampaignView>>> List(
        CampaignsDb db, Numbers numbers, string? status, int? limit, string? cursor, CancellationToken ct)
    {
        var size = Limit.Of(limit);
        var query = db.Campaigns.AsNoTracking();
        if (!string.IsNullOrEmpty(status))
        {
            if (!Statuses.TryGetValue(status, out var wanted)) throw Problem.Invalid("status", "Must be one of " + string.Join(", ", Statuses.Keys) + ".");
            query = query.Where(c => c.Status == wanted);
        }
        if (Cursor.Id(cursor) is { } before) query = query.Where(c => c.Id < before);
        var rows = await query.OrderByDescending(c => c.Id).Take(size + 1).ToListAsync(ct);
        var page = Page<Campaign>.Of(rows, size, c => [c.Id]);
        var stats = await numbers.OfAsync([.. page.Data.Where(c => c.StartedAt is not null).Select(c => c.Id)], ct);
        return TypedResults.Ok(new Page<CampaignView>([.. page.Data.Select(c => CampaignView.Of(c, stats.GetValueOrDefault(c.Id)))], page.Next));
    }

    /// <summary>Make a campaign. Needs a name and a subject; it is a draft until it is started.</summary>
    private static async Task<Created<CampaignView>> Create(
        CampaignInput body, CampaignsDb db, Drafts drafts, TimeProvider clock, ILiveUpdates live, HttpContext http, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var campaign = new Campaign { TenantId = db.Caller.TenantId, CreatedBy = db.Caller.UserId, CreatedAt = now, UpdatedAt = now };
        await drafts.ApplyAsync(campaign, body, isNew: true, ct);
        db.Add(campaign);
        await db.SaveChangesAsync(ct);
        live.Changed(db.Caller.TenantId, "campaigns", campaign.Id);
        http.SetETag(campaign.Version);
        return TypedResults.Created($"/api/campaigns/campaigns/{campaign.Id}", CampaignView.Of(campaign, problems: await drafts.ProblemsAsync(campaign, ct)));
    }

    /// <summary>One campaign.</summary>
    private static async Task<Ok<CampaignView>> Get(Guid id, CampaignsDb db, Numbers numbers, HttpContext http, CancellationToken ct)
    {
        var campaign = await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) ?? throw Problem.NotFound("campaign");
        http.SetETag(campaign.Version);
        return TypedResults.Ok(CampaignView.Of(campaign, await numbers.OfAsync(campaign, ct)));
    }

    /// <summary>Change a draft; what is absent stays, null empties what may be empty. Send <c>If-Match</c> to be told of changes by others.</summary>
    private static async Task<Ok<CampaignView>> Edit(
        Guid id, CampaignInput body, CampaignsDb db, Drafts drafts, TimeProvider clock, ILiveUpdates live, HttpContext http, CancellationToken ct)
    {
        var campaign = await db.Campaigns.SingleOrDefaultAsync(c => c.Id == id, ct) ?? throw Problem.NotFound("campaign");
        campaign.Require("edit");
        db.RequireIfMatch(campaign, http.Request);
        await drafts.ApplyAsync(campaign, body, isNew: false, ct);
        if (db.ChangeTracker.HasChanges())
        {
            campaign.UpdatedAt = clock.GetUtcNow();
            await db.SaveChangesAsync(ct);
            live.Changed(db.Caller.TenantId, "campaigns", id);
        }
        http.SetETag(campaign.Version);
        return TypedResults.Ok(CampaignView.Of(campaign, problems: body.StatesContent ? await drafts.ProblemsAsync(campaign, ct) : null));
    }

    /// <summary>Delete a draft.</summary>
    private static async Task<NoContent> Delete(Guid id, CampaignsDb db, ILiveUpdates live, HttpContext http, CancellationToken ct)
    {
        var campaign = await db.Campaigns.SingleOrDefaultAsync(c => c.Id == id, ct) ?? throw Problem.NotFound("campaign");
        campaign.Require("delete");
        db.RequireIfMatch(campaign, http.Request);
        db.Remove(campaign);
        await db.SaveChangesAsync(ct);
        live.Changed(db.Caller.TenantId, "campaigns", id);
        return TypedResults.NoContent();
    }
}
