using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tideline.Contracts;

/// <summary>The one JSON form of everything that crosses a service's border.</summary>
public static class ContractsJson
{
    /// <summary>camelCase, enums as camelCase strings, absent instead of null; readers ignore members that they do not know.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            NumberHandling = JsonNumberHandling.Strict,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
