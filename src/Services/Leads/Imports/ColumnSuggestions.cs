using Tideline.Platform.Text;

namespace Tideline.Leads.Imports;

/// <summary>What a column probably is. No field: better left out. Custom comes with the name of the tenant's field.</summary>
internal sealed record ColumnSuggestion(int Index, LeadField? Field, string? CustomName = null);

/// <summary>
/// Suggests what the columns of a file are: by their names, checked against what is in them, and by content alone when
/// the name says nothing. Whatever has a name but no field becomes a custom field, so that nothing is lost by default.
/// </summary>
internal static class ColumnSuggestions
{
    private const double Clear = 0.7;
    private const double Plausible = 0.3;

    public static IReadOnlyList<ColumnSuggestion> For(CsvDetection file) => For(file.Columns, file.Sample, file.Dialect!.HasHeader);

    public static IReadOnlyList<ColumnSuggestion> For(IReadOnlyList<string> names, IReadOnlyList<string[]> rows, bool hasHeader)
    {
        if (hasHeader && LeadCsv.Suggestions(names) is { } own) return own;
        var guesses = names.Select((name, index) => Guess(name, index, rows, hasHeader)).ToList();
        NamesThatDependOnOthers(guesses, names);
        Pair(guesses, LeadField.Email, LeadField.Email2);
        Pair(guesses, LeadField.Phone, LeadField.Phone2);
        KeepFirst(guesses);

        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return
        [
            .. guesses.Select(x => x.Field is null && !x.Ignored && taken.Count < LeadLimits.CustomFields
                ? new ColumnSuggestion(x.Index, LeadField.Custom, FreeName(names[x.Index], taken))
                : new ColumnSuggestion(x.Index, x.Field)),
        ];
    }

    private sealed record ColumnGuess(int Index, LeadField? Field, int Number, bool Ignored);

    private static ColumnGuess Guess(string name, int index, IReadOnlyList<string[]> rows, bool hasHeader)
    {
        var number = 0;
        var named = hasHeader ? HeaderWords.FieldOf(name, out number) : null;
        var isEmpty = ColumnContent.IsEmpty(rows, index);
        if (named is null && hasHeader && HeaderWords.IsNumbering(name)) return new ColumnGuess(index, null, 0, Ignored: true);
        if (isEmpty) return new ColumnGuess(index, named, number, Ignored: named is null);

        // Content that leaves no doubt beats the name: "Contact" full of addresses is an e-mail column.
        if (named is not (LeadField.Email or LeadField.Email2 or LeadField.Notes) && ColumnContent.Most(rows, index, Clear, ColumnContent.IsEmail))
        {
            return new ColumnGuess(index, LeadField.Email, number, Ignored: false);
        }
        var field = named switch
        {
            LeadField.Email or LeadField.Email2 when !ColumnContent.Most(rows, index, Plausible, ColumnContent.IsEmail) => null,
            LeadField.Phone or LeadField.Phone2 when !ColumnContent.Most(rows, index, Plausible, ColumnContent.MayBePhone) => null,
            LeadField.FullName when ColumnContent.Most(rows, index, Clear, ColumnContent.IsPhone) => LeadField.Phone,
            LeadField.CreatedAt when !ColumnContent.Most(rows, index, Plausible, ColumnContent.IsNumberOrDate) => null,
            LeadField.Value when !ColumnContent.Most(rows, index, Plausible, x => x.AsSpan().ContainsAnyInRange('0', '9')) => null,
            null when ColumnContent.Most(rows, index, Clear, ColumnContent.IsUrl) => LeadField.Website,
            null when IsUnnamedPhone(name, index, rows) => LeadField.Phone,
            null when !hasHeader && ColumnContent.Most(rows, index, Clear, x => CountryCode.Parse(x) is not null) => LeadField.Country,
            _ => named,
        };
        return new ColumnGuess(index, field, number, Ignored: false);
    }

    // A fax number looks like a phone number and must never be called.
    private static bool IsUnnamedPhone(string name, int index, IReadOnlyList<string[]> rows) =>
        !name.Contains("fax", StringComparison.OrdinalIgnoreCase) && ColumnContent.Most(rows, index, Clear, ColumnContent.IsPhone);

    // "Name" beside "Vorname" is the family name, "Nombre" beside "Apellidos" the first name.
    private static void NamesThatDependOnOthers(List<ColumnGuess> guesses, IReadOnlyList<string> names)
    {
        var full = guesses.FindIndex(x => x.Field is LeadField.FullName && IsShort(names[x.Index]));
        if (full < 0) return;
        var hasFirst = guesses.Exists(x => x.Field is LeadField.FirstName);
        var hasLast = guesses.Exists(x => x.Field is LeadField.LastName);
        if (hasFirst && !hasLast) guesses[full] = guesses[full] with { Field = LeadField.LastName };
        if (hasLast && !hasFirst) guesses[full] = guesses[full] with { Field = LeadField.FirstName };

        static bool IsShort(string name) => name.Trim().ToLowerInvariant() is "name" or "nom" or "nombre" or "namn";
    }

    // The two best of a kind become the first and the second; the best have no or a low number, and stand to the left.
    private static void Pair(List<ColumnGuess> guesses, LeadField first, LeadField second)
    {
        var ranked = guesses.Where(x => x.Field == first || x.Field == second)
            .OrderBy(x => x.Field == second).ThenBy(x => x.Number).ThenBy(x => x.Index).ToList();
        for (var i = 0; i < ranked.Count; i++)
        {
            guesses[ranked[i].Index] = ranked[i] with { Field = i == 0 ? first : i == 1 ? second : null };
        }
    }

    // One column for each other field: the leftmost one that is named exactly.
    private static void KeepFirst(List<ColumnGuess> guesses)
    {
        foreach (var same in guesses.Where(x => x.Field is not null).GroupBy(x => x.Field).ToList())
        {
            foreach (var other in same.OrderBy(x => x.Number).ThenBy(x => x.Index).Skip(1)) guesses[other.Index] = other with { Field = null };
        }
    }

    private static string FreeName(string name, HashSet<string> taken)
    {
        var wanted = name.Length > LeadLimits.CustomName ? name[..LeadLimits.CustomName] : name;
        var free = wanted;
        for (var n = 2; !taken.Add(free); n++) free = $"{wanted[..Math.Min(wanted.Length, LeadLimits.CustomName - 8)]} ({n})";
        return free;
    }
}
