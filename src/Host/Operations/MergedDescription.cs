using System.Text.Json.Nodes;

namespace Tideline.Host.Operations;

/// <summary>The descriptions of all services as one OpenAPI document.</summary>
internal sealed class MergedDescription
{
    private const string Schemas = "#/components/schemas/";

    private readonly JsonObject _paths = [];
    private readonly JsonObject _schemas = [];
    private readonly JsonArray _tags = [];

    /// <summary>The document as far as it has come.</summary>
    public JsonObject Document => new()
    {
        ["openapi"] = "3.1.1",
        ["info"] = new JsonObject { ["title"] = "Tideline", ["version"] = "1" },
        ["paths"] = _paths.DeepClone(),
        ["components"] = new JsonObject
        {
            ["schemas"] = _schemas.DeepClone(),
            ["securitySchemes"] = new JsonObject
            {
                ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "An access token, or an API key that begins with tl_live_." },
            },
        },
        ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }),
        ["tags"] = _tags.DeepClone(),
    };

    /// <summary>Adds a service's own document. Where two services call different things by one name, the later one's gets the service's name in front.</summary>
    public void Add(string service, JsonObject part)
    {
        var schemas = part["components"]?["schemas"] as JsonObject ?? [];
        var renamed = schemas.Where(s => _schemas[s.Key] is { } known && !JsonNode.DeepEquals(known, s.Value))
            .ToDictionary(s => Schemas + s.Key, s => Schemas + char.ToUpperInvariant(service[0]) + service[1..] + s.Key, StringComparer.Ordinal);
        if (renamed.Count > 0) Rename(part, renamed);
        foreach (var (name, schema) in schemas) _schemas[renamed.GetValueOrDefault(Schemas + name, Schemas + name)[Schemas.Length..]] = schema?.DeepClone();
        foreach (var (path, item) in part["paths"] as JsonObject ?? []) _paths[path] = item?.DeepClone();
        foreach (var tag in part["tags"] as JsonArray ?? [])
            if (!_tags.Any(known => JsonNode.DeepEquals(known!["name"], tag!["name"]))) _tags.Add(tag?.DeepClone());
    }

    private static void Rename(JsonNode? node, Dictionary<string, string> names)
    {
        if (node is JsonArray array)
        {
            foreach (var element in array) Rename(element, names);
            return;
        }
        if (node is not JsonObject of) return;
        foreach (var (member, value) in of.ToList())
        {
            if (member == "$ref" && value is JsonValue text && names.TryGetValue(text.GetValue<string>(), out var name)) of[member] = name;
            else Rename(value, names);
        }
    }
}
