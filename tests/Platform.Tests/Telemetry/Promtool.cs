using System.Diagnostics;

namespace Tideline.Platform.Tests.Telemetry;

/// <summary>Prometheus' own checker, where it is installed.</summary>
internal static class Promtool
{
    private static readonly string? Path = Find();

    /// <summary>Runs it; the test is skipped without it.</summary>
    public static async Task<(int Code, string Output)> RunAsync(string? input, params string[] arguments)
    {
        Assert.SkipWhen(Path is null, "promtool is not installed (Debian: prometheus); PROMTOOL may name it.");
        var start = new ProcessStartInfo(Path!) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (input is not null) await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("PROMTOOL") is { Length: > 0 } given) return given;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator);
        return folders.Select(f => System.IO.Path.Combine(f, "promtool")).FirstOrDefault(File.Exists);
    }
}
