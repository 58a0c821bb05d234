using Tideline.Platform.Text;

namespace Tideline.Leads;

/// <summary>Leads as CSV.</summary>
internal static class LeadCsv
{
    private static readonly CsvColumn[] Columns =
    [
        new("id"), new("first_name"), new("last_name"), new("company"), new("email"), new("email_2"), new("phone", CsvCell.Phone), new("phone_2", CsvCell.Phone),
        new("website"), new("country"), new("source"), new("stage"), new("status"), new("value", CsvCell.Number), new("currency"), new("owner_id"), new("notes"),
        new("created_at"), new("updated_at"),
    ];

    public static async Task WriteAsync(Stream output, IAsyncEnumerable<Lead> leads, IReadOnlyDictionary<Guid, string> stages, CancellationToken ct)
    {
        await using var csv = new CsvExport(output, Columns);
        await csv.WriteHeaderAsync(ct);
        await foreach (var l in leads.WithCancellation(ct))
        {
            await csv.WriteAsync(
            [
                l.Id.ToString(), l.FirstName, l.LastName, l.Company, l.Email ?? l.EmailRaw, l.Email2 ?? l.Email2Raw, l.Phone ?? l.PhoneRaw, l.Phone2 ?? l.Phone2Raw,
                l.Website, l.Country, l.Source, stages.GetValueOrDefault(l.StageId), l.Status.ToString().ToLowerInvariant(),
                l.ValueAmount?.ToString(), l.ValueCurrency, l.OwnerId?.ToString(), l.Notes, l.CreatedAt.ToString("O"), l.UpdatedAt.ToString("O"),
            ], ct);
        }
    }
}
