using System.Text.Json;
using Tideline.Contracts;

namespace Tideline.Notifications.Delivery;

/// <summary>What a template may name. Names with dots (<c>custom.plan</c>) become objects in objects.</summary>
internal static class MessageVariables
{
    /// <summary>The names that a campaign's template may use.</summary>
    public static readonly IReadOnlyList<string> OfCampaigns =
        ["firstName", "lastName", "company", "displayName", "email", "country", "website", "source", "custom.*", "unsubscribeUrl"];

    public static string Json(IReadOnlyDictionary<string, string> variables) =>
        JsonSerializer.Serialize(variables.ToDictionary(v => v.Key.Replace("\0", "", StringComparison.Ordinal), v => v.Value?.Replace("\0", "", StringComparison.Ordinal)), ContractsJson.Options);

    public static IReadOnlyDictionary<string, object?> Of(string json, string? unsubscribeUrl) =>
        Of(JsonSerializer.Deserialize<Dictionary<string, string?>>(json, ContractsJson.Options)!, unsubscribeUrl);

    public static IReadOnlyDictionary<string, object?> Of(IEnumerable<KeyValuePair<string, string?>> variables, string? unsubscribeUrl)
    {
        var data = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in variables)
        {
            Dictionary<string, object?>? at = data;
            var segments = name.Split('.');
            foreach (var segment in segments[..^1])
            {
                if (!at.TryGetValue(segment, out var inner)) at[segment] = inner = new Dictionary<string, object?>(StringComparer.Ordinal);
                if (inner is not Dictionary<string, object?> map)
                {
                    // "a" is a text and "a.b" wants it to be an object: the text stays.
                    at = null;
                    break;
                }
                at = map;
            }
            at?.TryAdd(segments[^1], value);
        }
        if (unsubscribeUrl is not null) data["unsubscribeUrl"] = unsubscribeUrl;
        return data;
    }
}
