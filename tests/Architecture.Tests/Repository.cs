namespace Tideline.Architecture.Tests;

/// <summary>The files of the repository as they are written, without what is built or installed.</summary>
internal static class Repository
{
    private static readonly HashSet<string> Made = ["bin", "obj", "node_modules", "wwwroot", "dist", "artifacts", "data", ".git", ".vs", ".idea"];

    public static string Root { get; } = FindRoot();

    /// <summary>Paths relative to the root, with slashes, of the files under a folder.</summary>
    public static IEnumerable<string> Files(string folder = "", string pattern = "*")
    {
        var start = Path.Combine(Root, folder);
        return Directory.Exists(start) ? Walk(start, pattern).Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/')).Order(StringComparer.Ordinal) : [];
    }

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static string PathOf(string path) => Path.Combine(Root, path);

    private static IEnumerable<string> Walk(string folder, string pattern)
    {
        foreach (var file in Directory.EnumerateFiles(folder, pattern)) yield return file;
        foreach (var inner in Directory.EnumerateDirectories(folder))
            if (!Made.Contains(Path.GetFileName(inner)))
                foreach (var file in Walk(inner, pattern)) yield return file;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Tideline.slnx"))) return folder.FullName;
        throw new InvalidOperationException("Tideline.slnx is in no folder above " + AppContext.BaseDirectory);
    }
}
