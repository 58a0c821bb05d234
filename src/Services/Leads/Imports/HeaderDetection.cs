namespace Tideline.Leads.Imports;

/// <summary>Decides whether the first row of a file names the columns or is already a lead.</summary>
internal static class HeaderDetection
{
    public static bool IsHeader(IReadOnlyList<string[]> rows)
    {
        var first = rows[0];
        if (Array.Exists(first, x => ColumnContent.IsEmail(x) || ColumnContent.IsUrl(x))) return false;
        if (Array.Exists(first, x => x.Trim().Length > 0 && HeaderWords.FieldOf(x, out _) is not null)) return true;
        // Names of columns are short words; a number or a date among unknown words is a value.
        if (Array.Exists(first, x => ColumnContent.IsPhone(x) || ColumnContent.IsNumberOrDate(x))) return false;
        return !Array.TrueForAll(first, string.IsNullOrWhiteSpace) && !Array.Exists(first, x => x.Length > 100);
    }
}
