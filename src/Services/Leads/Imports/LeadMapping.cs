namespace Tideline.Leads.Imports;

/// <summary>What one column of the file fills. No field: the column is left out.</summary>
internal sealed record ColumnTarget(int Index, LeadField? Field, string? CustomName = null);

/// <summary>What is wrong with the mapping of one column; index -1 means the mapping as a whole.</summary>
internal sealed record MappingProblem(int Index, string Message);

/// <summary>How the rows of a file become leads: what its columns fill, and how to read what does not say it itself.</summary>
internal sealed record LeadMapping(
    IReadOnlyList<ColumnTarget> Columns, string? DefaultCountry = null, string? DefaultCurrency = null, DateOrder DateOrder = DateOrder.DayFirst)
{
    /// <summary>Empty when the mapping can be used for a file with these columns.</summary>
    public IReadOnlyList<MappingProblem> Problems(IReadOnlyList<string> columns)
    {
        var problems = new List<MappingProblem>();
        var fields = new HashSet<LeadField>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var indexes = new HashSet<int>();
        foreach (var column in Columns)
        {
            if (column.Index < 0 || column.Index >= columns.Count)
            {
                problems.Add(new(column.Index, $"The file has no column {column.Index}."));
            }
            else if (!indexes.Add(column.Index))
            {
                problems.Add(new(column.Index, $"The column \"{columns[column.Index]}\" is mapped twice."));
            }
            else if (column.Field is LeadField.Custom)
            {
                var name = column.CustomName?.Trim();
                if (string.IsNullOrEmpty(name)) problems.Add(new(column.Index, $"The column \"{columns[column.Index]}\" needs a name for its custom field."));
                else if (name.Length > LeadLimits.CustomName) problems.Add(new(column.Index, $"The name of a custom field has at most {LeadLimits.CustomName} characters."));
                else if (name.Any(char.IsControl)) problems.Add(new(column.Index, "The name of a custom field cannot have control characters."));
                else if (!names.Add(name)) problems.Add(new(column.Index, $"Two columns fill the custom field \"{name}\"."));
            }
            else if (column.Field is { } field && !fields.Add(field))
            {
                problems.Add(new(column.Index, $"Two columns fill {Named(field)}."));
            }
        }
        if (names.Count > LeadLimits.CustomFields)
        {
            problems.Add(new(-1, $"A lead has at most {LeadLimits.CustomFields} custom fields; leave out some of the columns."));
        }
        if (!fields.Overlaps([LeadField.Email, LeadField.Email2, LeadField.Phone, LeadField.Phone2]))
        {
            problems.Add(new(-1, "No column is mapped to an e-mail address or a phone number, so that no lead could be reached."));
        }
        return problems;
    }

    /// <summary>The name of a field on the wire.</summary>
    public static string Named(LeadField field) => char.ToLowerInvariant(field.ToString()[0]) + field.ToString()[1..];

    /// <summary>The field of a name on the wire, or null.</summary>
    public static LeadField? FieldNamed(string name) =>
        Enum.GetValues<LeadField>().Where(x => Named(x) == name).Select(x => (LeadField?)x).FirstOrDefault();
}
