using System.Globalization;
using Tideline.Leads.Imports;
using Tideline.Platform.Text;

namespace Tideline.Leads;

/// <summary>Leads as CSV, in a form that can be imported again as it is: then nothing changes.</summary>
internal static class LeadCsv
{
    /// <summary>Before the names of the tenant's own fields.</summary>
    public const string CustomPrefix = "custom.";

    /// <summary>As many columns as an import reads.</summary>
    public const int MaxCustom = 900;

    // No field: the import leaves the column out; it is for people, and for programs that know our ids.
    private static readonly (CsvColumn Column, LeadField? Field)[] Columns =
    [
        (new("id"), null), (new("first_name"), LeadField.FirstName), (new("last_name"), LeadField.LastName), (new("company"), LeadField.Company),
        (new("email"), LeadField.Email), (new("email_2"), LeadField.Email2),
        (new("phone", CsvCell.Phone), LeadField.Phone), (new("phone_2", CsvCell.Phone), LeadField.Phone2),
        (new("website"), LeadField.Website), (new("country"), LeadField.Country), (new("source"), LeadField.Source), (new("stage"), LeadField.Stage),
        (new("status"), null), (new("value", CsvCell.Number), LeadField.Value), (new("currency"), LeadField.Currency),
        (new("owner"), null), (new("owner_id"), null), (new("notes"), LeadField.Notes),
        (new("created_at"), LeadField.CreatedAt), (new("updated_at"), null),
    ];

    /// <summary>What the columns of a file are that was written here; null for any other file.</summary>
    public static IReadOnlyList<ColumnSuggestion>? Suggestions(IReadOnlyList<string> names)
    {
        if (names.Count < Columns.Length || !Columns.Select(c => c.Column.Name).SequenceEqual(names.Take(Columns.Length))) return null;
        return
        [
            .. names.Select((name, index) => index < Columns.Length
                ? new ColumnSuggestion(index, Columns[index].Field)
                : name.StartsWith(CustomPrefix, StringComparison.Ordinal) && name.Length > CustomPrefix.Length
                    ? new ColumnSuggestion(index, LeadField.Custom, name[CustomPrefix.Length..])
                    : new ColumnSuggestion(index, null)),
        ];
    }

    /// <param name="output">Where to.</param>
    /// <param name="leads">One after the other; none is kept.</param>
    /// <param name="stages">Names by id.</param>
    /// <param name="owners">Addresses by id.</param>
    /// <param name="custom">Names of the tenant's own fields.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task WriteAsync(
        Stream output, IAsyncEnumerable<Lead> leads, IReadOnlyDictionary<Guid, string> stages, IReadOnlyDictionary<Guid, string> owners,
        IReadOnlyList<string> custom, CancellationToken ct)
    {
        await using var csv = new CsvExport(output, [.. Columns.Select(c => c.Column), .. custom.Select(name => new CsvColumn(CustomPrefix + name))]);
        await csv.WriteHeaderAsync(ct);
        await foreach (var l in leads.WithCancellation(ct))
        {
            await csv.WriteAsync(
            [
                l.Id.ToString(), l.FirstName, l.LastName, l.Company, l.Email ?? l.EmailRaw, l.Email2 ?? l.Email2Raw, Phone(l.Phone) ?? l.PhoneRaw, Phone(l.Phone2) ?? l.Phone2Raw,
                l.Website, l.Country, l.Source, stages.GetValueOrDefault(l.StageId), l.Status.ToString().ToLowerInvariant(),
                Amount(l), l.ValueCurrency, l.OwnerId is { } owner ? owners.GetValueOrDefault(owner) : null, l.OwnerId?.ToString(), l.Notes,
                l.CreatedAt.ToString("O"), l.UpdatedAt.ToString("O"), .. custom.Select(name => l.Custom.GetValueOrDefault(name)),
            ], ct);
        }
    }

    // As spreadsheets and other systems know it: +4687654321x12.
    private static string? Phone(string? canonical) => canonical?.Replace(";ext=", "x", StringComparison.Ordinal);

    // As people write it: 12345 cents are 123.45.
    private static string? Amount(Lead lead)
    {
        if (lead.Value is not { } value) return null;
        return value.InMajorUnits().ToString("F" + Currencies.DigitsOf(value.Currency), CultureInfo.InvariantCulture);
    }
}
