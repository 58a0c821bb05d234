using System.Text.RegularExpressions;

namespace Tideline.Campaigns.Results;

/// <summary>Mail servers put addresses and numbers of their own into what they answer; without those, equal reasons are equal.</summary>
internal static partial class Reasons
{
    // More of an answer than anybody reads. It bounds the work of the patterns, so that they need no time limit: one in wall-clock time
    // would throw on a machine that is merely busy.
    private const int MaxInput = 1000;

    /// <summary>The reason without what is particular to one message.</summary>
    public static string General(string? reason, int maxLength)
    {
        if (string.IsNullOrWhiteSpace(reason)) return "";
        if (reason.Length > MaxInput) reason = reason[..MaxInput];
        var general = Spaces().Replace(Particular().Replace(reason, "…"), " ").Trim();
        return general.Length <= maxLength ? general : general[..maxLength];
    }

    // Addresses (of mail and of machines), and words of letters and digits that only a queue could have made up.
    [GeneratedRegex(@"<?[^\s<>@]+@[^\s<>@]+>?|\b\d{1,3}(\.\d{1,3}){3}\b|\b(?=[A-Za-z-]*[0-9])[A-Za-z0-9-]{10,}\b")]
    private static partial Regex Particular();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
