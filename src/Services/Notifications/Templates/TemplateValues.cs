using System.Globalization;
using System.Text.Json;

namespace Tideline.Notifications.Templates;

/// <summary>
/// The closed world of template data: texts, numbers, truths, times, ids, lists, dictionaries and JSON. No member of a CLR
/// object is ever looked up; a value of any other type is as good as absent.
/// </summary>
internal static class TemplateValues
{
    public static object? Child(object? parent, string name) => parent switch
    {
        IReadOnlyDictionary<string, object?> map => map.TryGetValue(name, out var value) ? value : null,
        JsonElement { ValueKind: JsonValueKind.Object } json => json.TryGetProperty(name, out var value) ? value : null,
        IReadOnlyList<object?> list => IsIndex(name, list.Count, out var i) ? list[i] : null,
        JsonElement { ValueKind: JsonValueKind.Array } json => IsIndex(name, json.GetArrayLength(), out var i) ? json[i] : null,
        _ => null,
    };

    private static bool IsIndex(string name, int count, out int index) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out index) && index < count;

    /// <summary>Handlebars' idea of truth: absent, false, 0, the empty text and the empty list are false.</summary>
    public static bool IsTrue(object? value) => value switch
    {
        null or false => false,
        string text => text.Length > 0,
        int number => number != 0,
        long number => number != 0,
        decimal number => number != 0,
        double number => number != 0 && !double.IsNaN(number),
        IReadOnlyList<object?> list => list.Count > 0,
        JsonElement json => json.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.False => false,
            JsonValueKind.String => !json.ValueEquals(""),
            JsonValueKind.Number => json.TryGetDouble(out var number) && number != 0,
            JsonValueKind.Array => json.GetArrayLength() > 0,
            _ => true,
        },
        true or DateTimeOffset or DateTime or DateOnly or Guid or IReadOnlyDictionary<string, object?> => true,
        _ => false,
    };

    /// <summary>The value as it is written; null for what has no text, such as a list.</summary>
    public static string? Text(object? value) => value switch
    {
        string text => text,
        true => "true",
        false => "false",
        int number => number.ToString(CultureInfo.InvariantCulture),
        long number => number.ToString(CultureInfo.InvariantCulture),
        decimal number => number.ToString(CultureInfo.InvariantCulture),
        double number => double.IsFinite(number) ? number.ToString(CultureInfo.InvariantCulture) : null,
        DateTimeOffset time => time.ToString("yyyy-MM-ddTHH:mm:ssK", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("yyyy-MM-ddTHH:mm:ssK", CultureInfo.InvariantCulture),
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        Guid id => id.ToString(),
        JsonElement json => json.ValueKind switch
        {
            JsonValueKind.String => json.GetString(),
            JsonValueKind.Number => json.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => null,
        },
        _ => null,
    };

    public static DateTimeOffset? Moment(object? value) => value switch
    {
        DateTimeOffset time => time,
        DateTime time => time.Kind == DateTimeKind.Unspecified ? new DateTimeOffset(time, TimeSpan.Zero) : new DateTimeOffset(time),
        DateOnly date => new DateTimeOffset(date, TimeOnly.MinValue, TimeSpan.Zero),
        _ => Text(value) is { Length: >= 8 and <= 40 } text &&
             DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null,
    };
}
