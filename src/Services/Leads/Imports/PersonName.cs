namespace Tideline.Leads.Imports;

/// <summary>Splits a full name. Wrong for some names whatever one does, so it is used only when there is nothing better.</summary>
internal static class PersonName
{
    private static readonly HashSet<string> Titles = new(StringComparer.OrdinalIgnoreCase)
    {
        "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "madam", "herr", "frau", "hr", "dipl.-ing", "mme", "mlle", "monsieur",
        "madame", "sr", "sra", "srta", "fru",
    };

    // Words that belong to the family name that follows.
    private static readonly HashSet<string> Particles = new(StringComparer.OrdinalIgnoreCase)
    {
        "van", "von", "vom", "zu", "zum", "zur", "de", "del", "della", "der", "den", "di", "da", "das", "dos", "do", "du", "des", "la", "le", "el",
        "al", "bin", "ibn", "ben", "af", "av", "ter", "ten", "te", "'t", "st", "st.", "santa", "san", "y",
    };

    private static readonly HashSet<string> Suffixes = new(StringComparer.OrdinalIgnoreCase)
    {
        "jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "phd", "ph.d.", "md", "m.d.", "mba", "esq", "esq.",
    };

    /// <summary>First and last name; a single word is a first name, "Lee, Ann" is turned round.</summary>
    public static (string? First, string? Last) Split(string full)
    {
        var comma = full.IndexOf(',');
        if (comma > 0 && full.IndexOf(',', comma + 1) < 0)
        {
            var (before, after) = (full[..comma].Trim(), full[(comma + 1)..].Trim());
            if (after.Length > 0 && !Suffixes.Contains(after) && before.Length > 0) return (WithoutTitles(after), before);
        }

        var words = full.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var first = 0;
        while (first < words.Length - 1 && IsTitle(words[first])) first++;
        var last = words.Length - 1;
        while (last > first + 1 && Suffixes.Contains(words[last].TrimEnd(','))) last--;
        while (last > first + 1 && Particles.Contains(words[last - 1])) last--;
        if (last <= first) return (words.Length == 0 ? null : string.Join(' ', words[first..]), null);
        return (string.Join(' ', words[first..last]), string.Join(' ', words[last..]));
    }

    private static string WithoutTitles(string names)
    {
        var words = names.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var first = 0;
        while (first < words.Length - 1 && IsTitle(words[first])) first++;
        return string.Join(' ', words[first..]);
    }

    // Only words that are never a first name: "Don", "M." and "Fr." may be one.
    private static bool IsTitle(string word) => Titles.Contains(word.TrimEnd('.'));
}
