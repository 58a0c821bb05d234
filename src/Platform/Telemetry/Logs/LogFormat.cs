using Microsoft.Extensions.Configuration;

namespace Tideline.Platform.Telemetry.Logs;

/// <summary>How the console is written: for people or for machines.</summary>
internal static class LogFormat
{
    public const string Setting = "Logging:Format";

    /// <summary>What the setting says; without one, text on a terminal and JSON into files and pipes.</summary>
    /// <exception cref="InvalidOperationException">The setting has a third value.</exception>
    public static string FormatterFor(IConfiguration configuration, bool isTerminal) => configuration[Setting]?.ToLowerInvariant() switch
    {
        "json" => JsonLogFormatter.FormatterName,
        "text" => TextLogFormatter.FormatterName,
        null or "" => isTerminal ? TextLogFormatter.FormatterName : JsonLogFormatter.FormatterName,
        var other => throw new InvalidOperationException($"{Setting} is '{other}'; it must be json or text."),
    };
}
