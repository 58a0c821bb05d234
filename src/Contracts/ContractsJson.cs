using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tideline.Contracts;

/// <summary>The one JSON form of everything that crosses a service's border.</summary>
public static class ContractsJson
{
    /// <summary>camelCase, enums as camelCase strings, absent instead of null; readers ignore members that they do not know.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>
    /// The form of requests: null is written, since the endpoints read strictly and take a member of a record that is absent for forgotten.
    /// </summary>
    public static JsonSerializerOptions Requests { get; } = Create(JsonIgnoreCondition.Never);

    private static JsonSerializerOptions Create(JsonIgnoreCondition nulls = JsonIgnoreCondition.WhenWritingNull)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = nulls,
            NumberHandling = JsonNumberHandling.Strict,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
