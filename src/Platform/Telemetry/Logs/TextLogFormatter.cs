using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Tideline.Platform.Telemetry.Logs;

/// <summary>Short lines for somebody who sits at the terminal.</summary>
internal sealed class TextLogFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "tideline-text";

    private const string Dim = "\e[2m";
    private const string Plain = "\e[0m";

    private readonly bool _colour = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var entry = SafeEntry.Of(in logEntry);
        Coloured(textWriter, Dim, TimeProvider.System.GetLocalNow().ToString("HH:mm:ss.fff"));
        textWriter.Write(' ');
        Coloured(textWriter, ColourOf(logEntry.LogLevel), JsonLogFormatter.LevelName(logEntry.LogLevel).PadRight(5));
        textWriter.Write(' ');
        Coloured(textWriter, Dim, Short(logEntry.Category));
        textWriter.Write(' ');
        textWriter.WriteLine(Harmless(entry.Message));
        if (logEntry.Exception is { } exception)
            foreach (var line in SafeEntry.Text((object)exception).Split('\n')) textWriter.WriteLine("    " + Harmless(line.TrimEnd('\r')));
    }

    /// <summary>Values of strangers must not steer the terminal.</summary>
    internal static string Harmless(string text) => text.AsSpan().ContainsAnyInRange('\0', '\x1f') || text.AsSpan().ContainsAnyInRange('\x7f', '\x9f')
        ? string.Create(text.Length, text, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++) target[i] = char.IsControl(source[i]) && source[i] != '\t' ? '·' : source[i];
        })
        : text;

    private static string Short(string category)
    {
        var parts = category.Split('.');
        return parts.Length <= 2 ? category : $"{parts[^2]}.{parts[^1]}";
    }

    private static string ColourOf(LogLevel level) => level switch
    {
        LogLevel.Error or LogLevel.Critical => "\e[31m",
        LogLevel.Warning => "\e[33m",
        LogLevel.Information => "\e[32m",
        _ => Dim,
    };

    private void Coloured(TextWriter writer, string colour, string text)
    {
        if (_colour) writer.Write(colour);
        writer.Write(text);
        if (_colour) writer.Write(Plain);
    }
}
