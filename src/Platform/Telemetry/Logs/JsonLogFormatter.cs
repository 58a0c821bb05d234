using System.Buffers;
using System.Collections;
using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Tideline.Platform.Clients;

namespace Tideline.Platform.Telemetry.Logs;

/// <summary>One entry, one line, one flat JSON object.</summary>
internal sealed class JsonLogFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "tideline-json";

    private const int MaxItems = 20;

    // Readable letters of all scripts; control characters are still escaped, so no value can begin a line of its own.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var entry = SafeEntry.Of(in logEntry);
        entry.AddScopes(scopeProvider);
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("time", DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ"));
            json.WriteString("level", LevelName(logEntry.LogLevel));
            json.WriteString("category", logEntry.Category);
            json.WriteString("message", entry.Message);
            if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
            {
                json.WriteString("traceId", activity.TraceId.ToHexString());
                json.WriteString("spanId", activity.SpanId.ToHexString());
            }
            WriteFields(json, entry.Fields);
            if (logEntry.Exception is { } exception) WriteException(json, exception);
            json.WriteEndObject();
        }
        textWriter.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    internal static string LevelName(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "critical",
    };

    private static void WriteFields(Utf8JsonWriter json, List<KeyValuePair<string, object?>> fields)
    {
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in fields)
        {
            var key = JsonNamingPolicy.CamelCase.ConvertName(name);
            if (IsReserved(key)) key += "_"; // a member twice is no JSON
            if (written.Add(key)) WriteField(json, key, value);
        }
        if (ServiceFlow.Current is not { } flow) return;
        if (written.Add("service")) json.WriteString("service", flow.Service);
        if (flow.TenantId is { } tenant && written.Add("tenant")) json.WriteString("tenant", tenant);
    }

    private static bool IsReserved(string key) =>
        key is "time" or "level" or "category" or "message" or "traceId" or "spanId" || key.StartsWith("exception.", StringComparison.Ordinal);

    private static void WriteField(Utf8JsonWriter json, string name, object? value)
    {
        json.WritePropertyName(name);
        if (value is IEnumerable many and not string)
        {
            json.WriteStartArray();
            foreach (var item in many.Cast<object?>().Take(MaxItems)) WriteValue(json, item);
            json.WriteEndArray();
            return;
        }
        WriteValue(json, value);
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case int number: json.WriteNumberValue(number); break;
            case long number: json.WriteNumberValue(number); break;
            case uint number: json.WriteNumberValue(number); break;
            case ulong number: json.WriteNumberValue(number); break;
            case short number: json.WriteNumberValue(number); break;
            case byte number: json.WriteNumberValue(number); break;
            case decimal number: json.WriteNumberValue(number); break;
            case double number when double.IsFinite(number): json.WriteNumberValue(number); break;
            case float number when float.IsFinite(number): json.WriteNumberValue(number); break;
            case DateTimeOffset time: json.WriteStringValue(time); break;
            case DateTime time: json.WriteStringValue(time); break;
            case Guid id: json.WriteStringValue(id); break;
            default: json.WriteStringValue(SafeEntry.Text(value)); break;
        }
    }

    private static void WriteException(Utf8JsonWriter json, Exception exception)
    {
        json.WriteString("exception.type", exception.GetType().FullName);
        json.WriteString("exception.message", SafeEntry.Text(exception.Message));
        json.WriteString("exception.stacktrace", SafeEntry.Text((object)exception));
    }
}
