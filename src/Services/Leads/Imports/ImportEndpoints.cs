using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using Tideline.Leads.Pipelines;
using Tideline.Platform.Api;
using Tideline.Platform.Data;
using Tideline.Platform.Realtime;
using Tideline.Platform.Security;

namespace Tideline.Leads.Imports;

internal static class ImportEndpoints
{
    public static void MapImports(this RouteGroupBuilder api)
    {
        var imports = api.MapGroup("/imports").WithTags("Imports");
        imports.MapPost("/", UploadEndpoint.Upload).WithName("uploadImport").Requires("imports:write");
        imports.MapGet("/", List).WithName("listImports").Requires("leads:read");
        imports.MapGet("/{id:guid}", Get).WithName("getImport").Requires("leads:read");
        imports.MapPut("/{id:guid}/mapping", MappingEndpoint.Save).WithName("mapImport").Requires("imports:write");
        imports.MapPost("/{id:guid}/dry-run", Check).WithName("checkImport").Requires("imports:write");
        imports.MapPost("/{id:guid}/start", Start).WithName("startImport").Requires("imports:write");
        imports.MapPost("/{id:guid}/cancel", Cancel).WithName("cancelImport").Requires("imports:write");
        imports.MapPost("/{id:guid}/undo", Undo).WithName("undoImport").Requires("imports:write");
        imports.MapGet("/{id:guid}/rejected.csv", Rejected).WithName("exportRejectedRows").Requires("leads:read");
    }

    /// <summary>The imports, newest first, without their first rows.</summary>
    private static async Task<Ok<Page<ImportView>>> List(LeadsDb db, int? limit, string? cursor, CancellationToken ct)
    {
        var size = Limit.Of(limit);
        var imports = db.Imports.AsNoTracking().Where(i => i.Status != ImportStatus.Uploading);
        if (Cursor.TimeAndId(cursor) is var (at, last)) imports = imports.Where(i => i.CreatedAt < at || (i.CreatedAt == at && i.Id < last));
        var rows = await imports.OrderByDescending(i => i.CreatedAt).ThenByDescending(i => i.Id).Take(size + 1).ToListAsync(ct);
        var page = Page<LeadImport>.Of(rows, size, i => [i.CreatedAt, i.Id]);
        return TypedResults.Ok(new Page<ImportView>([.. page.Data.Select(i => ImportView.Of(i, inList: true))], page.Next));
    }

    /// <summary>One import.</summary>
    private static async Task<Ok<ImportView>> Get(Guid id, LeadsDb db, CancellationToken ct) => TypedResults.Ok(ImportView.Of(await FindAsync(db, id, ct)));

    /// <summary>Read every row as the import would, and store nothing.</summary>
    private static async Task<Ok<DryRunAnswer>> Check(
        Guid id, LeadsDb db, ServiceDatabase<LeadsDb> database, TenantDefaults defaults, PipelineBook pipelines, CancellationToken ct)
    {
        var import = await FindAsync(db, id, ct);
        if (import.Status != ImportStatus.Ready) throw NotReady(import);
        await using var file = new ImportFile(database, import.TenantId, id, import.Size);
        try
        {
            var plan = await ImportPlan.OfAsync(import, file, await defaults.FindAsync(ct), await pipelines.StagesAsync(ct), ct);
            var answer = await DryRun.OfAsync(import, plan, file, ct);
            await db.Imports.Where(i => i.Id == id && i.Status == ImportStatus.Ready).ExecuteUpdateAsync(i => i.SetProperty(x => x.RowsTotal, answer.Rows), ct);
            return TypedResults.Ok(answer);
        }
        catch (CsvUnreadableException e)
        {
            throw new Problem(StatusCodes.Status422UnprocessableEntity, e.Code, "The file cannot be read to its end.", e.Message);
        }
        catch (ImportFileGoneException e)
        {
            throw Problem.Conflict("import_file_gone", e.Message);
        }
    }

    /// <summary>Start the import, or go on with one that failed or was cancelled. Asking again changes nothing.</summary>
    private static async Task<Accepted<ImportView>> Start(Guid id, LeadsDb db, PipelineBook pipelines, TimeProvider clock, ILiveUpdates live, CancellationToken ct)
    {
        await pipelines.StagesAsync(ct); // The first import of a tenant makes its pipeline; not in the transaction below.
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var (user, now) = (db.Caller.UserId, clock.GetUtcNow());
        var started = await db.Imports
            .Where(i => i.Id == id && i.UndoStartedAt == null
                && (i.Status == ImportStatus.Ready || i.Status == ImportStatus.Failed || i.Status == ImportStatus.Cancelled))
            .ExecuteUpdateAsync(i => i
                .SetProperty(x => x.Status, ImportStatus.Running).SetProperty(x => x.StartedAt, x => x.StartedAt ?? now)
                .SetProperty(x => x.StartedBy, user).SetProperty(x => x.FinishedAt, (DateTimeOffset?)null).SetProperty(x => x.Error, (string?)null), ct);
        var import = await FindAsync(db, id, ct);
        if (import.Status == ImportStatus.Running)
        {
            // Asked for again, too: should the job have been lost, this brings it back; should it be there, the key keeps it alone.
            db.Enqueue(new ImportLeads(id), uniqueKey: id.ToString());
            await db.SaveChangesAsync(ct);
        }
        else if (started == 0 && import.Status != ImportStatus.Completed)
        {
            throw NotReady(import);
        }
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
        live.Changed(import.TenantId, "imports", id);
        return TypedResults.Accepted($"/api/leads/imports/{id}", ImportView.Of(import));
    }

    /// <summary>Stop the import after the batch that is being written. What was imported stays, and can be undone.</summary>
    private static async Task<Ok<ImportView>> Cancel(Guid id, LeadsDb db, TimeProvider clock, ILiveUpdates live, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await db.Imports.Where(i => i.Id == id && i.Status == ImportStatus.Running)
            .ExecuteUpdateAsync(i => i.SetProperty(x => x.Status, ImportStatus.Cancelled).SetProperty(x => x.FinishedAt, now), ct);
        var import = await FindAsync(db, id, ct);
        if (import.Status != ImportStatus.Cancelled) throw Problem.Conflict("import_not_running", "The import is not running.");
        live.Changed(import.TenantId, "imports", id);
        return TypedResults.Ok(ImportView.Of(import));
    }

    /// <summary>
    /// Remove the leads that the import created and give those that it changed their earlier values back. Leads on which somebody has worked since
    /// are kept; <c>GET /leads?importId=</c> lists them.
    /// </summary>
    private static async Task<Accepted<ImportView>> Undo(Guid id, LeadsDb db, TimeProvider clock, ILiveUpdates live, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var now = clock.GetUtcNow();
        await db.Imports
            .Where(i => i.Id == id && i.UndoStartedAt == null
                && (i.Status == ImportStatus.Completed || i.Status == ImportStatus.Failed || i.Status == ImportStatus.Cancelled))
            .ExecuteUpdateAsync(i => i.SetProperty(x => x.UndoStartedAt, now), ct);
        var import = await FindAsync(db, id, ct);
        if (import.UndoStartedAt is null)
        {
            throw import.Status == ImportStatus.Running
                ? Problem.Conflict("import_running", "The import is running.", "Cancel it first.")
                : Problem.Conflict("import_not_started", "The import has not been started: there is nothing to undo.");
        }
        if (import.UndoFinishedAt is null)
        {
            db.Enqueue(new UndoImport(id), uniqueKey: id.ToString());
            await db.SaveChangesAsync(ct);
        }
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
        live.Changed(import.TenantId, "imports", id);
        return TypedResults.Accepted($"/api/leads/imports/{id}", ImportView.Of(import));
    }

    /// <summary>The rows that were refused, with their numbers and the reasons, as a file that can be corrected and imported.</summary>
    private static async Task Rejected(Guid id, HttpContext http, LeadsDb db, CancellationToken ct)
    {
        var import = await FindAsync(db, id, ct);
        var targets = (import.Mapping?.Columns ?? []).Select(c => new ColumnTarget(c.Index, c.Field is null ? null : LeadMapping.FieldNamed(c.Field), c.CustomName));
        http.Response.ContentType = "text/csv; charset=utf-8";
        var name = Path.GetFileNameWithoutExtension(import.FileName) + "-rejected.csv";
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(name);
        http.Response.Headers.ContentDisposition = disposition.ToString();
        await using var csv = new RejectedRows(http.Response.Body, [.. import.Columns.Select(c => c.Name)], new LeadMapping([.. targets]));
        await csv.WriteHeaderAsync(ct);
        await foreach (var row in db.ImportRejections.AsNoTracking().Where(r => r.ImportId == id).OrderBy(r => r.Row).AsAsyncEnumerable().WithCancellation(ct))
        {
            var position = new CsvPosition(0, row.Row);
            await csv.WriteAsync(new CsvRow(position, position, JsonSerializer.Deserialize<string[]>(row.Cells)!), JsonSerializer.Deserialize<List<RowProblem>>(row.Problems)!, ct);
        }
    }

    private static async Task<LeadImport> FindAsync(LeadsDb db, Guid id, CancellationToken ct) =>
        await db.Imports.AsNoTracking().SingleOrDefaultAsync(i => i.Id == id && i.Status != ImportStatus.Uploading, ct) ?? throw Problem.NotFound("import");

    private static Problem NotReady(LeadImport import) => import.UndoStartedAt is not null
        ? Problem.Conflict("import_undone", "The import is undone, or being undone.", "Upload the file again.")
        : import.Status == ImportStatus.Uploaded
            ? Problem.Conflict("import_not_mapped", "The columns of the import are not mapped yet.", "Save its mapping first.")
            : Problem.Conflict("import_started", "The import has been started already.");
}
