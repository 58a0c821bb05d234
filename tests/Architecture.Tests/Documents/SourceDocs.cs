using System.Text;
using System.Text.RegularExpressions;

namespace Tideline.Architecture.Tests.Documents;

/// <summary>What the source says of its types and members, as one line of Markdown.</summary>
internal static partial class SourceDocs
{
    private static readonly Dictionary<string, (string File, string Text)[]> Read = [];

    /// <summary>The summary of a type, empty when it has none.</summary>
    public static string OfType(string folder, string type) =>
        Find(folder, $@"^(public|internal) (abstract |sealed |static |partial )*(class|record|interface) {type}\b");

    /// <summary>The summary of a member, in the file that declares its type.</summary>
    public static string OfMember(string folder, string type, string member) =>
        Find(folder, $@"^\s+(\[[^\]]*\]\s*)?(public|private|internal) [^;=({{]*\b{member}\b\s*[({{]", Declares(type));

    private static string Declares(string type) => $@"\b(class|record) {type}\b";

    private static string Find(string folder, string pattern, string? fileHas = null)
    {
        if (!Read.TryGetValue(folder, out var files)) files = Read[folder] = [.. Repository.Files(folder, "*.cs").Select(f => (f, Repository.Read(f).ReplaceLineEndings("\n")))];
        foreach (var (_, text) in files)
        {
            if (fileHas is not null && !Regex.IsMatch(text, fileHas)) continue;
            // A file may hold more than one type with such a member: begin where the type does.
            var from = fileHas is null ? 0 : Regex.Match(text, fileHas).Index;
            if (new Regex(pattern, RegexOptions.Multiline).Match(text, from) is { Success: true } match) return Above(text, match.Index);
        }
        return "";
    }

    private static string Above(string text, int index)
    {
        var lines = text[..index].TrimEnd('\n').Split('\n');
        var end = lines.Length - 1;
        while (end >= 0 && lines[end].TrimStart().StartsWith('[')) end--;
        var start = end;
        while (start >= 0 && lines[start].TrimStart().StartsWith("///", StringComparison.Ordinal)) start--;
        var block = new StringBuilder();
        for (var i = start + 1; i <= end; i++) block.Append(lines[i].TrimStart()[3..].Trim()).Append(' ');
        return Summary().Match(block.ToString()) is { Success: true } summary ? Plain(summary.Groups["text"].Value) : "";
    }

    private static string Plain(string xml)
    {
        var text = See().Replace(xml, m => "`" + m.Groups["name"].Value.Split('.', ':', '(')[^1] + "`");
        text = Code().Replace(text, "`${text}`");
        text = Tag().Replace(text, "");
        return Spaces().Replace(text.Replace("&lt;", "<").Replace("&gt;", ">").Replace("&amp;", "&").Replace("|", "\\|"), " ").Trim();
    }

    [GeneratedRegex("<summary>(?<text>.*?)</summary>", RegexOptions.Singleline)]
    private static partial Regex Summary();

    [GeneratedRegex("<(see|seealso|paramref|typeparamref) (cref|name|langword)=\"(?<name>[^\"]*)\"\\s*/>")]
    private static partial Regex See();

    [GeneratedRegex("<c>(?<text>.*?)</c>")]
    private static partial Regex Code();

    [GeneratedRegex("<[^>]+>")]
    private static partial Regex Tag();

    [GeneratedRegex("\\s+")]
    private static partial Regex Spaces();
}
