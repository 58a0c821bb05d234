using System.Text;

namespace Tideline.Identity.Accounts;

/// <summary>
/// Which passwords are taken (NIST SP 800-63B): long enough, nothing about kinds of characters, but nothing that guessers try first either.
/// </summary>
internal static class PasswordRules
{
    public const int MinLength = 12;
    public const int MaxLength = 256;
    // Words of these ranks count as guessable in pairs too: their pairs are fewer than ten million.
    private const int FrequentRank = 3_000;
    private const int MinLeft = 8;
    private const int MinUnpredictable = 6;

    private static readonly Dictionary<string, int> Common = ReadCommon();
    private static readonly string[] Rows = ["`1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "qwertzuiop", "azertyuiop", "yxcvbnm"];

    /// <summary>Why the password is refused, or null.</summary>
    /// <param name="password">As typed; compared exactly, neither trimmed nor normalised.</param>
    /// <param name="about">What an acquaintance would try first: e-mail address, names.</param>
    public static string? Problem(string password, params IEnumerable<string> about)
    {
        if (password.EnumerateRunes().Count() < MinLength) return $"Must have at least {MinLength} characters. A few words that do not belong together are easy to remember.";
        if (password.Length > MaxLength) return $"May have {MaxLength} characters.";
        var lower = password.ToLowerInvariant();
        if (IsCommon(lower)) return "This password is too easy to guess: it is among those that attackers try first.";
        if (IsPattern(lower)) return "This password is too easy to guess: it repeats itself or follows the keyboard.";
        if (IsAboutOwner(lower, about)) return "This password is too easy to guess: it is made of your e-mail address or of names.";
        return null;
    }

    private static bool IsCommon(string lower)
    {
        if (Common.ContainsKey(lower)) return true;
        foreach (var text in (string[])[lower, Unleet(lower)])
        {
            var word = Core(text);
            if (IsWordWithin(word, int.MaxValue) || (word.Length <= 3 && text.Count(char.IsDigit) >= MinLeft)) return true;
            for (var cut = 3; cut <= word.Length - 3; cut++)
            {
                var first = word[..cut].TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '-', '_', '.', ' ', '!');
                if (IsWordWithin(first, FrequentRank) && IsWordWithin(word[cut..], FrequentRank)) return true;
            }
        }
        return false;
    }

    // Without the digits and signs that people put around a word to make it long enough.
    private static string Core(string text) => text.AsSpan().Trim("0123456789 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~").ToString();

    private static bool IsWordWithin(string word, int rank) => Common.TryGetValue(word, out var known) && known < rank;

    // Each character that is the previous one again, its neighbour in the alphabet or on the keyboard adds nothing.
    private static bool IsPattern(string lower)
    {
        for (var unit = 1; unit < MinLeft && unit <= lower.Length / 2; unit++)
            if (Enumerable.Range(unit, lower.Length - unit).All(i => lower[i] == lower[i - unit])) return true;
        var unpredictable = 1;
        for (var i = 1; i < lower.Length; i++)
            if (Math.Abs(lower[i] - lower[i - 1]) > 1 && !AreNeighbours(lower[i - 1], lower[i])) unpredictable++;
        return unpredictable < MinUnpredictable;
    }

    private static bool AreNeighbours(char a, char b)
    {
        foreach (var row in Rows)
        {
            int left = row.IndexOf(a, StringComparison.Ordinal), right = row.IndexOf(b, StringComparison.Ordinal);
            if (left >= 0 && right >= 0 && Math.Abs(left - right) == 1) return true;
        }
        return false;
    }

    private static bool IsAboutOwner(string lower, IEnumerable<string> about)
    {
        var left = lower;
        var parts = about.Append("tideline").SelectMany(a => a.ToLowerInvariant().Split([' ', '@', '.', '-', '_', '+', ',']))
            .Where(p => p.Length >= 4).Distinct().OrderByDescending(p => p.Length);
        foreach (var part in parts) left = left.Replace(part, "", StringComparison.Ordinal);
        return left.Length < lower.Length && left.Count(char.IsLetterOrDigit) < MinLeft;
    }

    private static string Unleet(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
            plain.Append(c switch { '@' or '4' => 'a', '3' => 'e', '1' or '!' => 'i', '0' => 'o', '$' or '5' => 's', '7' => 't', _ => c });
        return plain.ToString();
    }

    private static Dictionary<string, int> ReadCommon()
    {
        using var reader = new StreamReader(typeof(PasswordRules).Assembly.GetManifestResourceStream("common-passwords.txt")!);
        var ranks = new Dictionary<string, int>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("# ", StringComparison.Ordinal)) continue;
            var rank = ranks.Count;
            ranks.TryAdd(line, rank);
            if (Core(line) is { Length: >= 4 } core) ranks.TryAdd(core, rank);
        }
        return ranks;
    }
}
