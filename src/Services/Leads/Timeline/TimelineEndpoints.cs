using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Api;
using Tideline.Platform.Realtime;
using Tideline.Platform.Security;

namespace Tideline.Leads.Timeline;

internal static class TimelineEndpoints
{
    private static readonly string[] ByHand = ["note", "call", "task"];

    public static void MapTimeline(this RouteGroupBuilder api)
    {
        var timeline = api.MapGroup("/leads/{id:guid}/activities").WithTags("Leads");
        timeline.MapGet("/", List).WithName("listLeadActivities").Requires("leads:read");
        timeline.MapPost("/", Add).WithName("addLeadActivity").Requires("leads:write").Idempotent<LeadsDb>();
    }

    /// <summary>A lead's timeline, newest first.</summary>
    private static async Task<Ok<Page<ActivityView>>> List(Guid id, LeadsDb db, int? limit, string? cursor, CancellationToken ct)
    {
        var size = Limit.Of(limit);
        if (!await db.Leads.AnyAsync(l => l.Id == id, ct)) throw Problem.NotFound("lead");
        var activities = db.Activities.AsNoTracking().Where(a => a.LeadId == id);
        if (Cursor.TimeAndId(cursor) is var (at, last)) activities = activities.Where(a => a.At < at || (a.At == at && a.Id < last));
        var rows = await activities.OrderByDescending(a => a.At).ThenByDescending(a => a.Id).Take(size + 1).ToListAsync(ct);
        var page = Page<LeadActivity>.Of(rows, size, a => [a.At, a.Id]);
        return TypedResults.Ok(new Page<ActivityView>([.. page.Data.Select(ActivityView.Of)], page.Next));
    }

    /// <summary>Put a note, a call or a task on a lead's timeline.</summary>
    private static async Task<Created<ActivityView>> Add(Guid id, ActivityInput body, LeadsDb db, TimeProvider clock, ILiveUpdates live, CancellationToken ct)
    {
        if (!ByHand.Contains(body.Type)) throw Problem.Invalid("type", "Must be note, call or task.");
        if (body.DueAt is not null && body.Type != "task") throw Problem.Invalid("dueAt", "Only a task is due.");
        var lead = await LeadEndpoints.FindAsync(db, id, ct);
        var activity = new LeadActivity
        {
            TenantId = lead.TenantId,
            LeadId = id,
            Type = body.Type,
            At = clock.GetUtcNow(),
            ActorId = db.Caller.UserId,
            ActorKind = "user",
            Summary = body.Text.Trim(),
            Data = body.DueAt is { } due ? JsonSerializer.Serialize(new { dueAt = due.ToUniversalTime() }) : null,
        };
        db.Add(activity);
        await db.SaveChangesAsync(ct);
        live.Changed(db.Caller.TenantId, "leads", id);
        return TypedResults.Created($"/api/leads/leads/{id}/activities", ActivityView.Of(activity));
    }
}

/// <summary>What happened: <c>note</c>, <c>call</c> or <c>task</c>.</summary>
public sealed record ActivityInput(string Type, [Required, MaxLength(10_000)] string Text, DateTimeOffset? DueAt = null);

/// <summary>One line of a timeline.</summary>
public sealed record ActivityView(
    Guid Id, string Type, DateTimeOffset At, Guid? ActorId, string ActorKind, string Summary, IReadOnlyList<FieldChange>? Changes, JsonElement? Data)
{
    internal static ActivityView Of(LeadActivity a) => new(
        a.Id, a.Type, a.At, a.ActorId, a.ActorKind, a.Summary,
        a.Changes is null ? null : JsonSerializer.Deserialize<List<FieldChange>>(a.Changes, JsonSerializerOptions.Web),
        a.Data is null ? null : JsonSerializer.Deserialize<JsonElement>(a.Data));
}
