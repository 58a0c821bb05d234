using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tideline.Leads.Pipelines;
using Tideline.Platform.Api;
using Tideline.Platform.Data;
using Tideline.Platform.Realtime;
using Tideline.Platform.Text;

namespace Tideline.Leads.Imports;

internal static class MappingEndpoint
{
    /// <summary>
    /// Say what the columns are. When what is said about the file itself (header, delimiter, encoding) differs from before, it is looked at again;
    /// without columns that is all that happens, and the answer suggests anew.
    /// </summary>
    public static async Task<Ok<ImportView>> Save(
        Guid id, ImportMapping body, LeadsDb db, ServiceDatabase<LeadsDb> database, PipelineBook pipelines, ILiveUpdates live, CancellationToken ct)
    {
        // Locked, so that a start at the same moment takes either the mapping before or this one.
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var import = await db.Imports.FromSql($"select * from import_job where tenant_id = {db.Caller.TenantId} and id = {id} and status <> 'uploading' for update").SingleOrDefaultAsync(ct)
            ?? throw Problem.NotFound("import");
        if (import.Status is not (ImportStatus.Uploaded or ImportStatus.Ready))
            throw Problem.Conflict("import_started", "The import has been started; its mapping stays.", "Upload the file again to import it in another way.");

        var errors = new Dictionary<string, string[]>();
        var choice = ChoiceOf(body, import, errors);
        var country = CountryOf(body, errors);
        if (body.DefaultCurrency is { } currency && Currencies.Parse(currency, null) is null) errors["defaultCurrency"] = ["Not a currency: use its three-letter code."];
        if (errors.Count > 0) throw Problem.Invalid(errors);

        var first = await FirstChunkAsync(import, database, ct);
        FileReading.Describe(import, FileReading.Detect(first, first.Length, isWhole: import.Size < ImportFile.ChunkSize, choice));
        var isComplete = body.Columns.Count > 0;
        if (isComplete)
        {
            CheckColumns(body, import, errors);
            await CheckStagesAsync(body, pipelines, errors, ct);
            if (errors.Count > 0) throw Problem.Invalid(errors);
        }
        import.Mapping = body with
        {
            Columns = isComplete ? body.Columns : FileReading.Suggested(import.Columns),
            DefaultCountry = country,
            DefaultCurrency = body.DefaultCurrency is { } code ? Currencies.Parse(code, null) : null,
        };
        import.Status = isComplete ? ImportStatus.Ready : ImportStatus.Uploaded;
        import.RowsTotal = null;
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        live.Changed(import.TenantId, "imports", id);
        return TypedResults.Ok(ImportView.Of(import));
    }

    private static async Task<byte[]> FirstChunkAsync(LeadImport import, ServiceDatabase<LeadsDb> database, CancellationToken ct)
    {
        try
        {
            await using var file = new ImportFile(database, import.TenantId, import.Id, import.Size);
            return await file.FirstChunkAsync(ct);
        }
        catch (ImportFileGoneException gone)
        {
            throw Problem.Conflict("import_file_gone", gone.Message);
        }
    }

    // What is not said stays as it was chosen or detected before.
    private static CsvChoice ChoiceOf(ImportMapping body, LeadImport import, Dictionary<string, string[]> errors)
    {
        var encoding = body.Encoding?.Trim().ToLowerInvariant();
        if (encoding is not null && !CsvEncoding.Names.Contains(encoding)) errors["encoding"] = ["Must be one of " + string.Join(", ", CsvEncoding.Names) + "."];
        char? delimiter = body.Delimiter is null ? null : body.Delimiter is [var one] && CsvDialect.CanSeparate(one) ? one : '\0';
        if (delimiter == '\0') errors["delimiter"] = ["Must be one character that can separate values, such as , ; | or a tab."];
        return new CsvChoice(encoding ?? import.Dialect!.Encoding, delimiter ?? import.Dialect!.Delimiter, body.HasHeader ?? import.Dialect!.HasHeader);
    }

    private static string? CountryOf(ImportMapping body, Dictionary<string, string[]> errors)
    {
        if (string.IsNullOrWhiteSpace(body.DefaultCountry)) return null;
        if (CountryCode.Parse(body.DefaultCountry) is { } code) return code;
        errors["defaultCountry"] = ["Not a country: use its two-letter code or its English name."];
        return null;
    }

    private static void CheckColumns(ImportMapping body, LeadImport import, Dictionary<string, string[]> errors)
    {
        var messages = new List<(int Index, string Message)>();
        var targets = new List<ColumnTarget>();
        foreach (var column in body.Columns)
        {
            var field = column.Field is { } name ? LeadMapping.FieldNamed(name) : null;
            if (column.Field is not null && field is null) messages.Add((column.Index, $"There is no field \"{column.Field}\"."));
            else targets.Add(new ColumnTarget(column.Index, field, column.CustomName));
        }
        messages.AddRange(new LeadMapping(targets).Problems([.. import.Columns.Select(c => c.Name)])
            // With a misspelt field the rest of the mapping cannot be judged as a whole.
            .Where(p => p.Index >= 0 || messages.Count == 0).Select(p => (p.Index, p.Message)));
        foreach (var group in messages.GroupBy(m => m.Index))
        {
            var name = group.Key >= 0 && group.Key < import.Columns.Count ? $"Column \"{import.Columns[group.Key].Name}\": " : "";
            errors[group.Key < 0 && !body.Columns.Any(c => c.Index == group.Key) ? "columns" : $"columns[{group.Key}]"] = [.. group.Select(m => name + m.Message)];
        }
    }

    private static async Task CheckStagesAsync(ImportMapping body, PipelineBook pipelines, Dictionary<string, string[]> errors, CancellationToken ct)
    {
        if (body.StageMapping is not { Count: > 0 } mapping) return;
        var stages = (await pipelines.StagesAsync(ct)).Select(s => s.Id).ToHashSet();
        foreach (var (words, stage) in mapping)
            if (!stages.Contains(stage)) errors[$"stageMapping[{words}]"] = [$"There is no such stage for \"{words}\"."];
    }
}
