using System.Diagnostics;
using System.Globalization;

namespace Tideline.Platform.EmbeddedPostgres;

/// <summary>What a server says about itself in postmaster.pid of its cluster.</summary>
internal sealed record Postmaster(int ProcessId, int Port, bool IsReady)
{
    public static Postmaster? Read(string cluster)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(FileOf(cluster));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        if (lines.Length == 0 || !int.TryParse(lines[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id)) return null;
        _ = int.TryParse(lines.ElementAtOrDefault(3), NumberStyles.None, CultureInfo.InvariantCulture, out var port);
        // A standby says "standby"; the eighth line appears since PostgreSQL 10.
        return new Postmaster(Math.Abs(id), port, lines.ElementAtOrDefault(7)?.Trim() == "ready");
    }

    /// <summary>Whether the process is there and a PostgreSQL: after a crash its number may be another program's.</summary>
    public bool IsAlive() => NameOf(ProcessId)?.StartsWith("postgres", StringComparison.Ordinal) == true;

    /// <summary>
    /// Removes the file when its number belongs to another program by now: PostgreSQL would take that for a running server
    /// and refuse to start. A number that nobody has is left to PostgreSQL, which also looks for surviving children.
    /// </summary>
    public void RemoveIfNumberWasReused(string cluster)
    {
        if (NameOf(ProcessId) is { } name && !name.StartsWith("postgres", StringComparison.Ordinal)) File.Delete(FileOf(cluster));
    }

    private static string FileOf(string cluster) => Path.Combine(cluster, "postmaster.pid");

    /// <returns>The program's name, "" for a process that ended and was not buried, null when there is none.</returns>
    private static string? NameOf(int id)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                // "id (name) state …". Zombies (Z) stay when we are process 1 of a container: nobody else buries them.
                var stat = File.ReadAllText($"/proc/{id}/stat");
                var close = stat.LastIndexOf(')');
                return stat[close + 2] is 'Z' or 'X' ? "" : stat[(stat.IndexOf('(') + 1)..close];
            }
            using var process = Process.GetProcessById(id);
            return process.ProcessName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
