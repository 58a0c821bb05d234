using System.Text.Json;

namespace Tideline.Services.Tests.Notifications.Templates;

internal static class TemplateData
{
    /// <summary>JSON values under a dictionary, as custom fields come from the database.</summary>
    public static Dictionary<string, object?> OfJson(JsonElement json) => json.EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value);

    /// <summary>The same as plain dictionaries, lists and values.</summary>
    public static Dictionary<string, object?> OfClr(JsonElement json) => json.EnumerateObject().ToDictionary(p => p.Name, p => Clr(p.Value));

    private static object? Clr(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => OfClr(json),
        JsonValueKind.Array => json.EnumerateArray().Select(Clr).ToList(),
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => json.GetDecimal(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };
}
