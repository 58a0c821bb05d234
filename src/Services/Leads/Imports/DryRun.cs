namespace Tideline.Leads.Imports;

/// <summary>Reads a file as the import would, and only counts.</summary>
internal static class DryRun
{
    private const int MaxErrors = 20;
    private const int MaxAlike = 3;

    // Each reads a whole file and remembers who was in it.
    private static readonly SemaphoreSlim AtOnce = new(2);

    public static async Task<DryRunAnswer> OfAsync(LeadImport import, ImportPlan plan, ImportFile file, CancellationToken ct)
    {
        await AtOnce.WaitAsync(ct);
        try
        {
            return await ReadAsync(import, plan, file, ct);
        }
        finally
        {
            AtOnce.Release();
        }
    }

    private static async Task<DryRunAnswer> ReadAsync(LeadImport import, ImportPlan plan, ImportFile file, CancellationToken ct)
    {
        var (rows, rejected, duplicates) = (0L, 0L, 0L);
        var people = new HashSet<ulong>();
        var errors = new List<SampleError>();
        var alike = new Dictionary<(string, string), int>();
        await foreach (var row in new CsvRows(file, import.Dialect!).ReadAsync(null, ct))
        {
            var read = plan.Reader.Read(row);
            if (read.IsBlank) continue;
            rows++;
            if (read.Lead is { } lead)
            {
                if (IsKnown(plan.Draft(lead), people)) duplicates++;
                continue;
            }
            rejected++;
            foreach (var problem in read.Rejections)
            {
                if (errors.Count == MaxErrors) break;
                var kind = (problem.Field, problem.Reason);
                if ((alike[kind] = alike.GetValueOrDefault(kind) + 1) <= MaxAlike) errors.Add(new SampleError(row.Position.Row, problem.Field, problem.Reason, problem.Value));
            }
        }
        return new DryRunAnswer(rows, rows - rejected, rejected, duplicates, errors);
    }

    private static bool IsKnown(LeadDraft draft, HashSet<ulong> people)
    {
        var isKnown = false;
        foreach (var (kind, value) in draft.Identities()) isKnown |= !people.Add(Mark(kind[0], value));
        return isKnown;
    }

    // FNV-1a: eight bytes a person instead of an address, and two people with one mark are not to be expected.
    private static ulong Mark(char kind, string value)
    {
        var mark = (14695981039346656037UL ^ kind) * 1099511628211UL;
        foreach (var c in value) mark = (mark ^ c) * 1099511628211UL;
        return mark;
    }
}
