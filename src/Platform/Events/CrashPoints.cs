using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Tideline.Platform.Events;

/// <summary>
/// Named places at which a process can be made to die as if its power had gone, to prove that nothing is lost or done twice.
/// Set <c>TIDELINE_CRASH_POINT=name</c>, or <c>name:n</c> for the n-th time that it is passed. Without it, nothing happens.
/// </summary>
public static class CrashPoints
{
    private static readonly (string Name, int At)? Armed = Parse(Environment.GetEnvironmentVariable("TIDELINE_CRASH_POINT"));
    private static int _passed;

    /// <summary>For tests in one process: called at each point; an exception stands for the crash.</summary>
    [SuppressMessage("Usage", "CA2211", Justification = "Set by tests only.")]
    internal static readonly AsyncLocal<Action<string>?> Trap = new();

    /// <summary>The process passes a point.</summary>
    public static void Hit(string name)
    {
        Trap.Value?.Invoke(name);
        if (Armed is not { } armed || armed.Name != name || Interlocked.Increment(ref _passed) != armed.At) return;
        // No exit handlers, no flushing: the closest thing to SIGKILL that works everywhere.
        Process.GetCurrentProcess().Kill();
        Thread.Sleep(Timeout.Infinite);
    }

    private static (string, int)? Parse(string? setting)
    {
        if (string.IsNullOrEmpty(setting)) return null;
        var parts = setting.Split(':');
        return (parts[0], parts.Length > 1 && int.TryParse(parts[1], out var at) ? at : 1);
    }
}
