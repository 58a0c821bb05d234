using System.Collections.Frozen;

namespace Tideline.Platform.Text;

/// <summary>Turns what people write in a country column into its ISO 3166 alpha-2 code.</summary>
public static class CountryCode
{
    private static readonly HashSet<string> Codes = [];
    private static readonly FrozenDictionary<string, string> ByName = ReadNames();

    /// <summary>The code for "Sweden", "sverige", "SE", "SWE" …, or null when the text names no country.</summary>
    public static string? Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > 100) return null;
        var name = text.Trim();
        if (name.Length == 2 && Codes.TryGetValue(name.ToUpperInvariant(), out var code)) return code;
        return ByName.GetValueOrDefault(Folded(name));
    }

    // Only letters and digits count, in lower case and without accents that keyboards lack: "Cote d'Ivoire", "U.S.A.".
    private static string Folded(string name) =>
        new([.. name.ToLowerInvariant().Select(WithoutAccent).Where(char.IsLetterOrDigit)]);

    private static char WithoutAccent(char c) => c switch
    {
        'á' or 'à' or 'â' or 'ä' or 'å' or 'ã' => 'a',
        'é' or 'è' or 'ê' or 'ë' => 'e',
        'í' or 'ì' or 'î' or 'ï' => 'i',
        'ó' or 'ò' or 'ô' or 'ö' or 'õ' or 'ø' => 'o',
        'ú' or 'ù' or 'û' or 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        _ => c,
    };

    private static FrozenDictionary<string, string> ReadNames()
    {
        var names = new Dictionary<string, string>();
        foreach (var line in Resource.Lines("countries.names.tsv"))
        {
            var columns = line.Split('\t');
            Codes.Add(columns[0]);
            foreach (var name in columns.Skip(1)) names.TryAdd(Folded(name), columns[0]);
        }
        foreach (var line in Resource.Lines("countries.alpha3.tsv"))
        {
            var columns = line.Split('\t');
            names.TryAdd(Folded(columns[1]), columns[0]);
        }
        return names.ToFrozenDictionary();
    }
}
