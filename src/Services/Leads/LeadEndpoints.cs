using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts;
using Tideline.Contracts.Leads;
using Tideline.Leads.Pipelines;
using Tideline.Leads.Timeline;
using Tideline.Platform.Api;
using Tideline.Platform.Realtime;
using Tideline.Platform.Security;

namespace Tideline.Leads;

internal static class LeadEndpoints
{
    public static void MapLeads(this RouteGroupBuilder api)
    {
        var leads = api.MapGroup("/leads").WithTags("Leads");
        leads.MapPost("/", Create).WithName("createLead").Requires("leads:write").Idempotent<LeadsDb>();
        leads.MapPost("/batch", CreateMany).WithName("createLeads").Requires("leads:write").Idempotent<LeadsDb>()
            .DisableValidation(); // of the whole: each lead is checked for itself
        leads.MapGet("/{id:guid}", Get).WithName("getLead").Requires("leads:read");
        leads.MapPatch("/{id:guid}", Edit).WithName("editLead").Requires("leads:write");
        leads.MapDelete("/{id:guid}", Delete).WithName("deleteLead").Requires("leads:delete");
        leads.MapPost("/{id:guid}/stage", Move).WithName("moveLead").Requires("leads:write").Idempotent<LeadsDb>();
        leads.MapPost("/bulk", EditMany).WithName("editLeads").Requires("leads:write").Idempotent<LeadsDb>();
    }

    /// <summary>Create a lead. A person who is there already is updated instead, and <c>Tideline-Duplicate: true</c> says so.</summary>
    private static async Task<Results<Created<LeadView>, Ok<LeadView>>> Create(
        LeadInput body, LeadIntake intake, LeadsDb db, TenantDefaults defaults, ILiveUpdates live, HttpContext http, CancellationToken ct)
    {
        var errors = body.Normalise(await defaults.CountryAsync(ct), out var contact);
        if (errors.Count > 0) throw Problem.Invalid(errors);
        var result = await intake.WriteAsync(LeadDraft.Of(body, contact), ct);
        live.Changed(db.Caller.TenantId, "leads", result.LeadId);
        var view = result.View ?? await ViewAsync(db, result.LeadId, ct);
        http.SetETag(view.Version);
        if (result.Outcome == Intake.Created) return TypedResults.Created($"/api/leads/leads/{view.Id}", view);
        http.Response.Headers["Tideline-Duplicate"] = "true";
        return TypedResults.Ok(view);
    }

    /// <summary>Create up to 1,000 leads. Each has its own result; one that is invalid stops none of the others.</summary>
    private static async Task<Ok<BatchAnswer>> CreateMany(
        BatchInput body, LeadIntake intake, LeadsDb db, TenantDefaults defaults, ILiveUpdates live, CancellationToken ct)
    {
        if (body.Leads.Count is 0 or > LeadIntake.MaxBatch) throw Problem.Invalid("leads", $"Must hold 1 to {LeadIntake.MaxBatch} leads.");
        var country = await defaults.CountryAsync(ct);
        var results = new BatchResult[body.Leads.Count];
        var drafts = new List<(int Index, LeadDraft Draft)>();
        for (var i = 0; i < body.Leads.Count; i++)
        {
            var errors = body.Leads[i].Normalise(country, out var contact);
            foreach (var failure in Attributes(body.Leads[i])) errors[failure.Field] = [failure.Message];
            if (errors.Count > 0) results[i] = new BatchResult(i, "invalid", null, errors);
            else drafts.Add((i, LeadDraft.Of(body.Leads[i], contact)));
        }
        if (drafts.Count > 0)
        {
            var written = await intake.WriteAsync([.. drafts.Select(d => d.Draft)], DuplicatePolicy.Update, null, ct);
            for (var i = 0; i < drafts.Count; i++)
                results[drafts[i].Index] = new BatchResult(drafts[i].Index, written[i].Outcome == Intake.Created ? "created" : "duplicate", written[i].LeadId, null);
            live.Changed(db.Caller.TenantId, "leads");
        }
        return TypedResults.Ok(new BatchAnswer(results, results.Count(r => r.Status == "created"), results.Count(r => r.Status == "duplicate"), results.Count(r => r.Status == "invalid")));
    }

    /// <summary>One lead.</summary>
    private static async Task<Ok<LeadView>> Get(Guid id, LeadsDb db, HttpContext http, CancellationToken ct)
    {
        var view = await ViewAsync(db, id, ct);
        http.SetETag(view.Version);
        return TypedResults.Ok(view);
    }

    /// <summary>Change a lead; what is absent stays. Send <c>If-Match</c> to be told of changes by others.</summary>
    private static async Task<Ok<LeadView>> Edit(
        Guid id, LeadInput body, LeadsDb db, TenantDefaults defaults, PipelineBook pipelines, TimeProvider clock, ILiveUpdates live, HttpContext http, CancellationToken ct)
    {
        var lead = await FindAsync(db, id, ct);
        db.RequireIfMatch(lead, http.Request);
        var errors = body.Normalise(lead.Country ?? await defaults.CountryAsync(ct), out var contact);
        // An edit need not repeat the address.
        if (errors.TryGetValue("email", out var messages) && LeadInput.Clean(body.Email) is null && messages is [var only] && only.Contains("needed", StringComparison.Ordinal)) errors.Remove("email");
        if (errors.Count > 0) throw Problem.Invalid(errors);
        var changes = LeadDraft.Of(body, contact).Update(lead);
        var stage = await pipelines.NameOfAsync(lead.StageId, ct);
        // Told first, so that assignment does not look for an owner in the change that names one.
        if (body.OwnerId is { } owner) Assign(db, lead, owner, clock);
        if (changes.Count > 0)
        {
            lead.UpdatedAt = clock.GetUtcNow();
            await ReplaceIdentitiesAsync(db, lead, ct);
            db.Add(Changed(db, lead, clock, "updated", "Updated " + string.Join(", ", changes.Select(c => c.Field)), changes));
            db.Publish(new LeadUpdated { Lead = lead.Snapshot(stage), Changed = [.. changes.Select(c => c.Field)] });
        }
        if (body.StageId is { } stageId) await MoveAsync(db, lead, await pipelines.FindAsync(stageId, ct), stage, null, clock);
        await db.SaveChangesAsync(ct);
        live.Changed(db.Caller.TenantId, "leads", id);
        http.SetETag(lead.Version);
        return TypedResults.Ok(LeadView.Of(lead, await pipelines.NameOfAsync(lead.StageId, ct)));
    }

    /// <summary>Delete a lead and its timeline.</summary>
    private static async Task<NoContent> Delete(Guid id, LeadsDb db, ILiveUpdates live, HttpContext http, CancellationToken ct)
    {
        var lead = await FindAsync(db, id, ct);
        db.RequireIfMatch(lead, http.Request);
        db.Remove(lead);
        db.Publish(new LeadDeleted { LeadId = id });
        await db.SaveChangesAsync(ct);
        live.Changed(db.Caller.TenantId, "leads", id);
        return TypedResults.NoContent();
    }

    /// <summary>Move a lead to another stage of its pipeline.</summary>
    private static async Task<Ok<LeadView>> Move(
        Guid id, MoveInput body, LeadsDb db, PipelineBook pipelines, TimeProvider clock, ILiveUpdates live, CancellationToken ct)
    {
        var lead = await FindAsync(db, id, ct);
        var stage = await pipelines.FindAsync(body.StageId, ct);
        await MoveAsync(db, lead, stage, await pipelines.NameOfAsync(lead.StageId, ct), LeadInput.Clean(body.LostReason), clock);
        await db.SaveChangesAsync(ct);
        live.Changed(db.Caller.TenantId, "leads", id);
        return TypedResults.Ok(LeadView.Of(lead, stage.Name));
    }

    /// <summary>Give up to 1,000 leads to another owner or move them to another stage.</summary>
    private static async Task<Ok<BulkAnswer>> EditMany(
        BulkInput body, LeadsDb db, PipelineBook pipelines, TimeProvider clock, ILiveUpdates live, CancellationToken ct)
    {
        if (body.Ids.Count is 0 or > 1000) throw Problem.Invalid("ids", "Must hold 1 to 1,000 ids.");
        if (body.Set.OwnerId is null && body.Set.StageId is null) throw Problem.Invalid("set", "Say what to set: ownerId or stageId.");
        var stage = body.Set.StageId is { } stageId ? await pipelines.FindAsync(stageId, ct) : null;
        var leads = await db.Leads.Where(l => body.Ids.Contains(l.Id)).ToListAsync(ct);
        foreach (var lead in leads)
        {
            if (stage is not null) await MoveAsync(db, lead, stage, await pipelines.NameOfAsync(lead.StageId, ct), null, clock);
            if (body.Set.OwnerId is { } owner) Assign(db, lead, owner, clock);
        }
        await db.SaveChangesAsync(ct);
        live.Changed(db.Caller.TenantId, "leads");
        return TypedResults.Ok(new BulkAnswer(leads.Count));
    }

    internal static async Task<Lead> FindAsync(LeadsDb db, Guid id, CancellationToken ct) =>
        await db.Leads.SingleOrDefaultAsync(l => l.Id == id, ct) ?? throw Problem.NotFound("lead");

    private static async Task<LeadView> ViewAsync(LeadsDb db, Guid id, CancellationToken ct)
    {
        var found = await db.Leads.AsNoTracking().Where(l => l.Id == id).Join(db.Stages, l => l.StageId, s => s.Id, (lead, stage) => new { lead, stage.Name })
            .SingleOrDefaultAsync(ct) ?? throw Problem.NotFound("lead");
        return LeadView.Of(found.lead, found.Name);
    }

    private static void Assign(LeadsDb db, Lead lead, Guid owner, TimeProvider clock)
    {
        var before = lead.OwnerId;
        if (!lead.AssignTo(owner)) return;
        lead.UpdatedAt = clock.GetUtcNow();
        db.Add(Changed(db, lead, clock, "assigned", "Assigned by hand", [new FieldChange("ownerId", before?.ToString(), owner.ToString())]));
        db.Publish(new LeadAssigned { LeadId = lead.Id, AssignedTo = owner, PreviousOwner = before, DisplayName = lead.DisplayName, Reason = "Assigned by hand", By = db.Caller.UserId });
    }

    private static Task MoveAsync(LeadsDb db, Lead lead, Stage stage, string from, string? lostReason, TimeProvider clock)
    {
        if (!lead.MoveTo(stage, lostReason)) return Task.CompletedTask;
        lead.UpdatedAt = clock.GetUtcNow();
        db.Add(Changed(db, lead, clock, "stage_changed", $"Moved from {from} to {stage.Name}", [new FieldChange("stage", from, stage.Name)]));
        var snapshot = lead.Snapshot(stage.Name);
        db.Publish(new LeadStageChanged { Lead = snapshot, From = from, To = stage.Name });
        if (stage.Status == LeadStatus.Won) db.Publish(new LeadWon { Lead = snapshot });
        if (stage.Status == LeadStatus.Lost) db.Publish(new LeadLost { Lead = snapshot, Reason = lostReason });
        return Task.CompletedTask;
    }

    private static LeadActivity Changed(LeadsDb db, Lead lead, TimeProvider clock, string type, string summary, List<FieldChange> changes) => new()
    {
        TenantId = lead.TenantId,
        LeadId = lead.Id,
        Type = type,
        At = clock.GetUtcNow(),
        ActorId = db.Caller.UserId,
        ActorKind = db.Caller.UserId is null ? "system" : "user",
        Summary = summary,
        Changes = LeadActivity.ChangesJson(changes),
    };

    private static async Task ReplaceIdentitiesAsync(LeadsDb db, Lead lead, CancellationToken ct)
    {
        var after = lead.Identities().ToHashSet();
        var values = after.Select(a => a.Value).ToList();
        var known = await db.Identities.Where(i => i.LeadId == lead.Id || values.Contains(i.Value)).ToListAsync(ct);
        if (known.Find(i => i.LeadId != lead.Id && after.Contains((i.Kind, i.Value))) is { } other) throw Another(lead, other);
        var before = known.Where(i => i.LeadId == lead.Id).ToList();
        db.RemoveRange(before.Where(b => !after.Contains((b.Kind, b.Value))));
        foreach (var (kind, value) in after.Where(a => !before.Any(b => b.Kind == a.Kind && b.Value == a.Value)))
            db.Add(new LeadIdentity { TenantId = lead.TenantId, Kind = kind, Value = value, LeadId = lead.Id });
    }

    private static Problem Another(Lead lead, LeadIdentity other)
    {
        var field = other.Value == lead.Email ? "email" : other.Value == lead.Email2 ? "email2" : other.Value == lead.Phone ? "phone" : "phone2";
        return new Problem(StatusCodes.Status409Conflict, "lead_exists", "Another lead has this address.", "One address is one lead.")
        {
            Errors = new Dictionary<string, string[]> { [field] = ["Another lead has this address."] },
            Extensions = new Dictionary<string, object?> { ["leadId"] = other.LeadId },
        };
    }

    private static IEnumerable<(string Field, string Message)> Attributes(LeadInput input)
    {
        var failures = new List<ValidationResult>();
        Validator.TryValidateObject(input, new ValidationContext(input), failures, validateAllProperties: true);
        foreach (var failure in failures)
            foreach (var name in failure.MemberNames) yield return (char.ToLowerInvariant(name[0]) + name[1..], failure.ErrorMessage ?? "Invalid.");
    }
}

/// <summary>Leads to create.</summary>
/// <param name="Leads">1 to 1,000. Not validated as a whole: each gets its own result.</param>
public sealed record BatchInput(IReadOnlyList<LeadInput> Leads);

/// <summary>What became of each lead, in their order.</summary>
public sealed record BatchAnswer(IReadOnlyList<BatchResult> Results, int Created, int Duplicates, int Invalid);

/// <summary><c>created</c>, <c>duplicate</c> (there already; updated) or <c>invalid</c>.</summary>
public sealed record BatchResult(int Index, string Status, Guid? Id, IReadOnlyDictionary<string, string[]>? Errors);

/// <summary>Where to move a lead.</summary>
public sealed record MoveInput(Guid StageId, [MaxLength(500)] string? LostReason = null);

/// <summary>Leads and what to set on each.</summary>
public sealed record BulkInput(IReadOnlyList<Guid> Ids, BulkSet Set);

/// <summary>Absent members stay as they are.</summary>
public sealed record BulkSet(Guid? OwnerId = null, Guid? StageId = null);

/// <summary>How many leads there were.</summary>
public sealed record BulkAnswer(int Updated);
