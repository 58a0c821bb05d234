using System.Collections;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Tideline.Platform.Telemetry.Logs;

/// <summary>A log entry as it may be shown: message and fields without secrets, addresses masked.</summary>
internal sealed partial class SafeEntry
{
    private const string TemplateField = "{OriginalFormat}";
    private const int MaxText = 16_384;
    private const int MaxFields = 64;

    private readonly HashSet<string> _fromScope = new(StringComparer.Ordinal);

    private SafeEntry(string message, List<KeyValuePair<string, object?>> fields) => (Message, Fields) = (message, fields);

    public string Message { get; }

    public List<KeyValuePair<string, object?>> Fields { get; }

    public static SafeEntry Of(object? state, string? message)
    {
        var fields = new List<KeyValuePair<string, object?>>();
        string? template = null;
        var changed = false;
        if (state is IEnumerable<KeyValuePair<string, object?>> given)
        {
            foreach (var (name, value) in given)
            {
                if (name == TemplateField)
                {
                    template = value as string;
                    continue;
                }
                if (fields.Count == MaxFields) break;
                var safe = Safe(name, value);
                changed |= !ReferenceEquals(safe, value);
                fields.Add(new(name, safe));
            }
        }
        // The finished message has the values in it; where one had to be hidden the message is put together again.
        if ((changed || message is null) && template is not null) message = Fill(template, fields);
        var safeMessage = Text(message ?? "");
        if (message is not null && !ReferenceEquals(message, safeMessage)) HideWhatVanished(message, safeMessage, fields);
        return new SafeEntry(safeMessage, fields);
    }

    /// <summary>An entry of a console formatter.</summary>
    public static SafeEntry Of<TState>(in LogEntry<TState> entry)
    {
        string? message = null;
        try
        {
            message = entry.Formatter(entry.State, entry.Exception);
        }
#pragma warning disable CA1031 // A value whose ToString throws: the template is filled in without it.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
        return Of(entry.State, message);
    }

    /// <summary>Adds fields of the scopes around the entry; what is nearer wins.</summary>
    public void AddScopes(IExternalScopeProvider? scopes) => scopes?.ForEachScope(
        static (scope, entry) =>
        {
            if (scope is not IEnumerable<KeyValuePair<string, object?>> values) return;
            foreach (var (name, value) in values)
            {
                if (name == TemplateField || IsNoise(name) || entry.Fields.Count >= MaxFields) continue;
                entry.Fields.RemoveAll(f => f.Key == name && entry._fromScope.Contains(name));
                if (entry.Fields.Exists(f => f.Key == name)) continue;
                entry._fromScope.Add(name);
                entry.Fields.Add(new(name, Safe(name, value)));
            }
        },
        this);

    /// <summary>An exception's text, cut to a length that a line can bear.</summary>
    public static string Text(string text) => Redaction.Text(text.Length > MaxText ? text[..MaxText] + "…" : text);

    /// <summary>Anything as text; a broken ToString does not break the log.</summary>
    public static string Text(object value)
    {
        try
        {
            return Text((value is IFormattable formattable ? formattable.ToString(null, CultureInfo.InvariantCulture) : value.ToString()) ?? "");
        }
#pragma warning disable CA1031 // Code of others runs here, and a log line is no place to fail.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return $"({value.GetType().Name}: {e.GetType().Name})";
        }
    }

    private static object? Safe(string name, object? value)
    {
        var safe = Redaction.Field(name, value);
        return safe is string { Length: > MaxText } text ? text[..MaxText] + "…" : safe;
    }

    // "cookie: {Value}": what the words around it betray must not be shown as a field either.
    private static void HideWhatVanished(string message, string safeMessage, List<KeyValuePair<string, object?>> fields)
    {
        const int LongEnoughToMatter = 6;
        for (var i = 0; i < fields.Count; i++)
            if (fields[i].Value is string { Length: >= LongEnoughToMatter } text
                && message.Contains(text, StringComparison.Ordinal) && !safeMessage.Contains(text, StringComparison.Ordinal))
                fields[i] = new(fields[i].Key, Redaction.Hidden);
    }

    // The path may hold a link's token, the rest repeats ids that stand in every line or none.
    private static bool IsNoise(string name) =>
        name is "RequestPath" or "RequestId" or "ConnectionId" or "TransportConnectionId" or "ActionId" or "ActionName"
            or "TraceId" or "SpanId" or "ParentId" or "HttpMethod" or "Uri";

    private static string Fill(string template, List<KeyValuePair<string, object?>> fields) => Holes().Replace(template, hole =>
    {
        if (hole.Value is "{{" or "}}") return hole.Value[..1];
        var name = hole.Groups["name"].Value;
        var field = fields.Find(f => f.Key == name);
        return field.Value switch
        {
            null => field.Key is null ? hole.Value : "(null)",
            string text => text,
            IFormattable formattable when hole.Groups["format"].Value is { Length: > 0 } format => formattable.ToString(format, CultureInfo.InvariantCulture),
            IEnumerable many => string.Join(", ", many.Cast<object?>().Select(v => v is null ? "(null)" : Text(v))),
            var other => Text(other),
        };
    });

    [GeneratedRegex(@"\{\{|\}\}|\{(?<name>[^{},:]+)(?:,[^{}:]*)?(?::(?<format>[^{}]*))?\}")]
    private static partial Regex Holes();
}
