using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Tideline.Platform.EmbeddedPostgres;

/// <summary>
/// The user PostgreSQL's programs run as: ourselves, or <c>nobody</c> when we are root, as PostgreSQL refuses root.
/// </summary>
internal sealed partial class RunAs
{
    private const int PermissionDenied = 13;
    private readonly (uint User, uint Group)? _nobody;

    private RunAs((uint, uint)? nobody) => _nobody = nobody;

    public static RunAs Current { get; } = new(Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows() ? FindNobody() : null);

    public bool IsNobody => _nobody is not null;

    /// <summary>Gives a file or folder to the user PostgreSQL runs as.</summary>
    public void Own(string path)
    {
        if (_nobody is var (user, group) && Chown(path, user, group) != 0)
            throw new EmbeddedPostgresException(
                $"Cannot give '{path}' to user nobody (error {Marshal.GetLastPInvokeError()}); PostgreSQL does not run as root. Run as an ordinary user.");
    }

    /// <summary>Whether the user may enter the folder (or run the file): asked by trying, so that ACLs count too.</summary>
    public async Task<bool> CanEnterAsync(string path, CancellationToken ct)
    {
        if (!IsNobody) return true;
        return (await RunAsync("/bin/sh", ["-c", "test -x \"$1\"", "sh", path], "/", ct)).ExitCode == 0;
    }

    /// <summary>Runs one of PostgreSQL's programs to its end. Killed when <paramref name="ct"/> is cancelled.</summary>
    /// <param name="leavesChild">It starts a process that goes on.</param>
    public async Task<ToolResult> RunAsync(
        string program, IEnumerable<string> arguments, string workingFolder, CancellationToken ct, bool leavesChild = false)
    {
        var start = Describe(program, arguments, workingFolder);
        // On Windows such a child inherits the pipes, and we would wait for its end.
        var captures = !(leavesChild && OperatingSystem.IsWindows());
        start.RedirectStandardOutput = start.RedirectStandardError = captures;

        using var process = Process.Start(start) ?? throw new EmbeddedPostgresException($"'{program}' did not start.");
        var output = captures ? process.StandardOutput.ReadToEndAsync(CancellationToken.None) : Task.FromResult("");
        var errors = captures ? process.StandardError.ReadToEndAsync(CancellationToken.None) : Task.FromResult("");
        try
        {
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: false);
            throw;
        }
        return new ToolResult(process.ExitCode, $"{await errors}{await output}".Trim());
    }

    public ProcessStartInfo Describe(string program, IEnumerable<string> arguments, string workingFolder)
    {
        var start = new ProcessStartInfo(program) { WorkingDirectory = workingFolder };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        if (OperatingSystem.IsWindows()) return start;

        // Our environment may hold secrets and PG* variables: PostgreSQL needs neither. Messages in English, because we read some.
        var (path, libraries) = (Environment.GetEnvironmentVariable("PATH"), Environment.GetEnvironmentVariable("LD_LIBRARY_PATH"));
        start.Environment.Clear();
        start.Environment["PATH"] = path ?? "/usr/bin:/bin";
        if (libraries is not null) start.Environment["LD_LIBRARY_PATH"] = libraries;
        start.Environment["LC_ALL"] = "C";
        start.Environment["TZ"] = "UTC";
        if (IsNobody) start.UserName = "nobody";
        return start;
    }

    public static bool IsPermissionDenied(System.ComponentModel.Win32Exception e) => e.NativeErrorCode == PermissionDenied;

    private static (uint, uint) FindNobody()
    {
        var entry = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(fields => fields[0] == "nobody")
            ?? throw new EmbeddedPostgresException("PostgreSQL does not run as root and this machine has no user 'nobody'. Run as an ordinary user.");
        return (uint.Parse(entry[2]), uint.Parse(entry[3]));
    }

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Chown(string path, uint user, uint group);
}

internal readonly record struct ToolResult(int ExitCode, string Output);
