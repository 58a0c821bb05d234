using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Tideline.Platform.EmbeddedPostgres;

/// <summary>
/// Stops the server some time after our process was killed without a chance to do so itself. A shell waits at a pipe that
/// the kernel closes with our process, lets a grace period pass, and stops the server unless a new process holds the
/// folder's lock by then, having adopted it. Where flock(1) is missing there is none: the next start adopts the server.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    // Our own output must not stay open through it, or whoever reads that would wait for its end, too.
    // Ctrl-C in a terminal reaches the shell too, and must not end it before its time.
    // More than one try, because a dying process may close the pipe some time before it lets go of the lock.
    internal const string Script = """
        exec >/dev/null 2>&1
        trap '' INT TERM HUP QUIT
        if read -r line; then exit 0; fi
        sleep "$1"
        tries=3
        until flock -n "$2" "$3" stop -D "$4" -m fast -w -t 60; do
          tries=$((tries - 1))
          [ "$tries" -gt 0 ] || exit 1
          sleep 1
        done
        """;

    private static readonly string[] s_flock = ["/usr/bin/flock", "/bin/flock"];
    private readonly Process? _shell;

    private Watchdog(Process? shell) => _shell = shell;

    public static Watchdog Start(DataPlace place, Binaries binaries, TimeSpan grace, ILogger logger)
    {
        if (!s_flock.Any(File.Exists)) return new Watchdog(null);
        string[] arguments =
        [
            "-c", Script, "tideline-postgres-watchdog",
            grace.TotalSeconds.ToString(CultureInfo.InvariantCulture), place.LockFile, binaries.PgCtl, place.Cluster,
        ];
        var start = place.User.Describe("/bin/sh", arguments, place.Folder);
        start.RedirectStandardInput = true;
        try
        {
            return new Watchdog(Process.Start(start));
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            logger.LogWarning(e, "If this process is killed, its PostgreSQL goes on until the next start.");
            return new Watchdog(null);
        }
    }

    /// <summary>Sends it home: the server was stopped in order.</summary>
    public void Dispose()
    {
        if (_shell is null) return;
        try
        {
            _shell.StandardInput.WriteLine("stopped");
            _shell.StandardInput.Dispose();
        }
        catch (IOException)
        {
            // Somebody killed the shell.
        }
        _shell.Dispose();
    }
}
