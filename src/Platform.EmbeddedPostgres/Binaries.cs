using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Tideline.Platform.EmbeddedPostgres;

/// <summary>One usable set of PostgreSQL programs.</summary>
internal sealed partial record Binaries(string Folder, int Major, string Version)
{
    public string InitDb => Program(Folder, "initdb");
    public string PgCtl => Program(Folder, "pg_ctl");

    /// <summary>The first set that runs here and, where there is a cluster already, is of its major version.</summary>
    /// <param name="explicitFolder">The operator's choice; nothing else is tried then.</param>
    /// <param name="clusterMajor">The data's major version, null when there is no data yet.</param>
    /// <param name="copies">Where programs go that the run-as user cannot reach where they are.</param>
    public static async Task<Binaries> FindAsync(
        string? explicitFolder, int? clusterMajor, BinarySearch search, string copies, RunAs user, CancellationToken ct)
    {
        var folders = explicitFolder is null ? search.Candidates() : [Path.GetFullPath(explicitFolder)];
        var others = new List<string>();
        foreach (var folder in folders)
        {
            if (!IsComplete(folder))
            {
                others.Add($"{folder}: postgres, initdb and pg_ctl are not all there");
                continue;
            }
            var (found, problem) = await ProbeAsync(folder, copies, user, ct);
            if (found is null)
                others.Add($"{folder}: {problem}");
            else if (clusterMajor is null || found.Major == clusterMajor)
                return found;
            else
                others.Add($"{folder}: PostgreSQL {found.Version}");
        }

        var seen = others.Count == 0 ? "" : $"{Environment.NewLine}Tried:{Environment.NewLine}  {string.Join($"{Environment.NewLine}  ", others)}";
        throw new EmbeddedPostgresException(clusterMajor is null
            ? $"No PostgreSQL programs were found. {BinarySearch.Advice(null)}{seen}"
            : $"The data was written by PostgreSQL {clusterMajor}, and no programs of that version were found. {BinarySearch.Advice(clusterMajor)}{seen}");
    }

    public static bool IsComplete(string folder) =>
        File.Exists(Program(folder, "postgres")) && File.Exists(Program(folder, "initdb")) && File.Exists(Program(folder, "pg_ctl"));

    /// <summary>Tells sets apart: some systems put links to theirs on the PATH.</summary>
    public static string RealProgram(string folder)
    {
        var postgres = Program(folder, "postgres");
        return File.ResolveLinkTarget(postgres, returnFinalTarget: true)?.FullName ?? postgres;
    }

    private static string Program(string folder, string name) =>
        Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name);

    private static async Task<(Binaries?, string)> ProbeAsync(string folder, string copies, RunAs user, CancellationToken ct)
    {
        try
        {
            folder = Complete(folder, copies);
            return await AskVersionAsync(folder, user, ct);
        }
        catch (Win32Exception e) when (user.IsNobody && RunAs.IsPermissionDenied(e) && NativePackage.IsMovable(folder))
        {
            return await AskVersionAsync(NativePackage.CopyTo(copies, folder), user, ct);
        }
        catch (Exception e) when (e is Win32Exception or IOException or UnauthorizedAccessException or JsonException)
        {
            return (null, e.Message); // cut off while it was installed, or made for another machine
        }
    }

    private static string Complete(string folder, string copies)
    {
        try
        {
            NativePackage.LinkLibraries(folder);
            return folder;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return NativePackage.CopyTo(copies, folder); // a read-only installation: complete a copy instead
        }
    }

    private static async Task<(Binaries?, string)> AskVersionAsync(string folder, RunAs user, CancellationToken ct)
    {
        // As the user that will run the server, so that an unreachable folder shows itself here.
        var (exit, output) = await user.RunAsync(Program(folder, "postgres"), ["--version"], Path.GetTempPath(), ct);
        return exit == 0 && VersionNumber().Match(output) is { Success: true } match
            ? (new Binaries(folder, int.Parse(match.Groups["major"].Value, CultureInfo.InvariantCulture), match.Value), "")
            : (null, output.Length == 0 ? $"postgres --version ended with {exit}" : output);
    }

    [GeneratedRegex(@"(?<major>\d+)(\.\d+|devel|beta\d+|rc\d+)", RegexOptions.ExplicitCapture)]
    private static partial Regex VersionNumber();
}
