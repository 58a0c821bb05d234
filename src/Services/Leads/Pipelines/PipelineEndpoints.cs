using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Leads.Pipelines;

internal static class PipelineEndpoints
{
    public static void MapPipelines(this RouteGroupBuilder api)
    {
        var pipelines = api.MapGroup("/pipelines").WithTags("Pipelines");
        pipelines.MapGet("/", List).WithName("listPipelines").Requires("leads:read");
        pipelines.MapPut("/{id:guid}/stages", Replace).WithName("replaceStages").Requires("leads:write");
    }

    /// <summary>The pipelines with their stages, in order.</summary>
    private static async Task<Ok<List<PipelineView>>> List(LeadsDb db, PipelineBook book, CancellationToken ct)
    {
        await book.StagesAsync(ct);
        return TypedResults.Ok(await ReadAsync(db, ct));
    }

    /// <summary>Set the stages of a pipeline: with an id they are kept and renamed, without one they are new, and what is left out goes, unless leads stand there.</summary>
    private static async Task<Ok<List<PipelineView>>> Replace(Guid id, IReadOnlyList<StageInput> body, LeadsDb db, CancellationToken ct)
    {
        if (body.Count is 0 or > 50) throw Problem.Invalid("body", "A pipeline has 1 to 50 stages.");
        var errors = new Dictionary<string, string[]>();
        foreach (var (index, stage) in body.Index())
        {
            if (string.IsNullOrWhiteSpace(stage.Name) || stage.Name.Length > 100) errors[$"[{index}].name"] = ["Must have 1 to 100 characters."];
            if (stage.Probability is < 0 or > 100) errors[$"[{index}].probability"] = ["Must be between 0 and 100."];
        }
        if (errors.Count > 0) throw Problem.Invalid(errors);
        if (body.GroupBy(s => s.Name.Trim(), StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice) throw Problem.Invalid("name", $"\"{twice.Key}\" is there twice.");
        var pipeline = await db.Pipelines.SingleOrDefaultAsync(p => p.Id == id, ct) ?? throw Problem.NotFound("pipeline");
        var known = await db.Stages.Where(s => s.PipelineId == id).ToListAsync(ct);
        var kept = body.Where(s => s.Id is not null).Select(s => s.Id!.Value).ToHashSet();
        if (kept.Count < body.Count(s => s.Id is not null)) throw Problem.Invalid("id", "A stage is there twice.");
        if (kept.Except(known.Select(s => s.Id)).Any()) throw Problem.Invalid("id", "There is no such stage in this pipeline.");
        var leaving = known.Where(s => !kept.Contains(s.Id)).ToList();
        foreach (var stage in leaving)
            if (await db.Leads.AnyAsync(l => l.StageId == stage.Id, ct)) throw Problem.Conflict("stage_in_use", $"Leads stand on \"{stage.Name}\".", "Move them first.");
        // The status of leads is their stage's; changed behind their backs it would be news to nobody.
        foreach (var (stage, status) in known.Join(body, s => s.Id, s => s.Id, (stage, input) => (stage, input.Status)))
            if (stage.Status != status && await db.Leads.AnyAsync(l => l.StageId == stage.Id, ct)) throw Problem.Conflict("stage_in_use", $"Leads stand on \"{stage.Name}\": its status cannot change.", "Move them first.");
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        db.RemoveRange(leaving);
        // Two that exchange their names would meet at the unique index on the way.
        foreach (var stage in known.Except(leaving)) stage.Name = stage.Id.ToString();
        await db.SaveChangesAsync(ct);
        for (var position = 0; position < body.Count; position++)
        {
            var (name, probability, status, stageId) = body[position];
            if (known.FirstOrDefault(s => s.Id == stageId) is { } stage)
                (stage.Name, stage.Position, stage.Probability, stage.Status) = (name.Trim(), position, probability, status);
            else
                db.Add(new Stage { TenantId = pipeline.TenantId, PipelineId = id, Name = name.Trim(), Position = position, Probability = probability, Status = status });
        }
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(await ReadAsync(db, ct));
    }

    private static async Task<List<PipelineView>> ReadAsync(LeadsDb db, CancellationToken ct)
    {
        var stages = (await db.Stages.AsNoTracking().OrderBy(s => s.Position).ToListAsync(ct)).ToLookup(s => s.PipelineId);
        var pipelines = await db.Pipelines.AsNoTracking().ToListAsync(ct);
        return [.. pipelines.Select(p => new PipelineView(p.Id, p.Name, p.IsDefault,
            [.. stages[p.Id].Select(s => new StageView(s.Id, s.Name, s.Position, s.Probability, s.Status))]))];
    }
}

/// <summary>A stage as it shall be.</summary>
public sealed record StageInput(string Name, int Probability, LeadStatus Status, Guid? Id = null);

/// <summary>A pipeline.</summary>
public sealed record PipelineView(Guid Id, string Name, bool IsDefault, IReadOnlyList<StageView> Stages);

/// <summary>A stage.</summary>
public sealed record StageView(Guid Id, string Name, int Position, int Probability, LeadStatus Status);
