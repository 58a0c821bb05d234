namespace Tideline.Architecture.Tests.Documents;

/// <summary>A page, or a part of one, that is made from the code. Stale, it fails the test; with <c>UPDATE_DOCS=1</c> it is written anew.</summary>
internal static class Written
{
    private static bool IsUpdate => Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1";

    /// <summary>The whole page.</summary>
    public static void Whole(string path, string text)
    {
        text = text.ReplaceLineEndings("\n").TrimEnd() + "\n";
        var file = Repository.PathOf(path);
        var now = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        if (now == text) return;
        if (!IsUpdate) Assert.Fail($"{path} is not what the code says. Write it anew: UPDATE_DOCS=1 ./test Documents\n{FirstDifference(now, text)}");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    /// <summary>The part between <c>&lt;!-- name --&gt;</c> and <c>&lt;!-- /name --&gt;</c>.</summary>
    public static void Part(string path, string name, string text)
    {
        Assert.True(File.Exists(Repository.PathOf(path)), $"{path} is missing");
        var page = Repository.Read(path).ReplaceLineEndings("\n");
        string begin = $"<!-- {name} -->\n", end = $"<!-- /{name} -->";
        var from = page.IndexOf(begin, StringComparison.Ordinal);
        var to = page.IndexOf(end, StringComparison.Ordinal);
        Assert.True(from >= 0 && to > from, $"{path} needs a part between {begin.Trim()} and {end}");
        Whole(path, page[..(from + begin.Length)] + text.ReplaceLineEndings("\n").Trim() + "\n" + page[to..]);
    }

    private static string FirstDifference(string now, string expected)
    {
        string[] a = now.Split('\n'), b = expected.Split('\n');
        var at = Enumerable.Range(0, Math.Max(a.Length, b.Length)).First(i => a.ElementAtOrDefault(i) != b.ElementAtOrDefault(i));
        return $"Line {at + 1} is:     {a.ElementAtOrDefault(at)}\nIt should be:  {b.ElementAtOrDefault(at)}";
    }
}
