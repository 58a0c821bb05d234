using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts;
using Tideline.Leads.Pipelines;
using Tideline.Platform.Data;
using Tideline.Platform.Jobs;
using Tideline.Platform.Realtime;

namespace Tideline.Leads.Imports;

/// <summary>Writes the leads of an import.</summary>
[Job(ImportLeads.Name, Queue = "imports", MaxAttempts = 20, Concurrency = 2, TimeoutSeconds = 6 * 3600)]
internal sealed record ImportLeads(Guid ImportId) : IJob
{
    public const string Name = "leads.import";
}

/// <summary>
/// Reads the file from where the last committed batch ended, so that it may be killed and repeated at any point. While one batch is being
/// written, the next one is read.
/// </summary>
internal sealed class RunImport(
    LeadsDb db, ServiceDatabase<LeadsDb> database, ImportWriter writer, ImportEnd end, TenantDefaults defaults, PipelineBook pipelines, ILiveUpdates live)
    : IRunJob<ImportLeads>
{
    // Rows of megabytes must not add up.
    private const long MaxBatchLength = 4 * 1024 * 1024;

    public Task RunAsync(ImportLeads job, JobRun run, CancellationToken ct) =>
        RunAsync(job.ImportId, (percent, text) => run.ReportAsync(percent, text, ct), run.IsLastAttempt, ct);

    /// <param name="importId">The import.</param>
    /// <param name="report">Told after each batch.</param>
    /// <param name="isLast">Nobody will try again.</param>
    /// <param name="ct">Stops between batches.</param>
    public async Task RunAsync(Guid importId, Func<double, string, Task> report, bool isLast, CancellationToken ct)
    {
        var import = await db.Imports.AsNoTracking().SingleOrDefaultAsync(i => i.Id == importId && i.Status == ImportStatus.Running, ct);
        if (import is null) return; // Cancelled, or finished by a run that could not tell.
        try
        {
            await using var file = new ImportFile(database, import.TenantId, import.Id, import.Size);
            var plan = await ImportPlan.OfAsync(import, file, await defaults.FindAsync(ct), await pipelines.StagesAsync(ct), ct);
            var reached = await WriteAllAsync(import, plan, file, report, ct);
            await end.CompleteAsync(import, reached, ct);
            await report(100, "Completed");
        }
        catch (ImportStoppedException)
        {
            // Cancelled between two batches, or another runner is ahead.
        }
        catch (Exception e) when (e is CsvUnreadableException or ImportFileGoneException)
        {
            await end.FailAsync(import, e.Message, ct);
        }
        catch (Exception) when (isLast && !ct.IsCancellationRequested)
        {
            await end.FailAsync(import, "Something went wrong on our side. Start it again: it goes on where it stopped.", ct);
            throw;
        }
        finally
        {
            live.Changed(import.TenantId, "imports", import.Id);
            live.Changed(import.TenantId, "leads");
        }
    }

    private async Task<CsvPosition> WriteAllAsync(LeadImport import, ImportPlan plan, ImportFile file, Func<double, string, Task> report, CancellationToken ct)
    {
        var reached = import.Position ?? default;
        var done = import.RowsDone;
        var writing = Task.CompletedTask;
        try
        {
            await foreach (var batch in BatchesAsync(import, plan, file, ct))
            {
                await writing;
                writing = WriteAsync(batch);
                reached = batch.To;
            }
        }
        finally
        {
            // Also when reading fails: what is being written uses this scope's connection.
            await writing;
        }
        return reached;

        async Task WriteAsync(ImportBatch batch)
        {
            await writer.WriteAsync(import, plan.Policy, batch, ct);
            done += batch.Rows.Count;
            live.Changed(import.TenantId, "imports", import.Id);
            live.Changed(import.TenantId, "leads");
            await report(LeadImport.PercentAt(batch.To.Offset, import.Size), string.Create(CultureInfo.InvariantCulture, $"{done:N0} rows of {import.FileName}"));
        }
    }

    private static async IAsyncEnumerable<ImportBatch> BatchesAsync(
        LeadImport import, ImportPlan plan, ImportFile file, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var from = import.Position ?? default;
        var (to, rows, length) = (from, new List<ReadRow>(), 0L);
        await foreach (var row in new CsvRows(file, import.Dialect!).ReadAsync(import.Position, ct))
        {
            var read = plan.Reader.Read(row);
            to = row.Next;
            if (read.IsBlank) continue;
            rows.Add(new ReadRow(row, read.Lead is { } lead ? plan.Draft(lead) : null, read.Rejections));
            length += row.Next.Offset - row.Position.Offset;
            if (rows.Count < LeadIntake.MaxBatch && length < MaxBatchLength) continue;
            yield return new ImportBatch(rows, from, to);
            (from, rows, length) = (to, [], 0L);
        }
        if (rows.Count > 0 || to != from) yield return new ImportBatch(rows, from, to);
    }
}
