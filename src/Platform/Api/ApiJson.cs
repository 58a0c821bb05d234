using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Tideline.Platform.Api;

/// <summary>How the API reads and writes JSON: strictly, so that a typing error is told instead of ignored.</summary>
internal static class ApiJson
{
    public static void Configure(JsonSerializerOptions json)
    {
        json.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        json.PropertyNameCaseInsensitive = false;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.AllowDuplicateProperties = false;
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.RespectNullableAnnotations = true;
        json.RespectRequiredConstructorParameters = true;
        json.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        json.MaxDepth = 32;
        json.TypeInfoResolver = (json.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver()).WithAddedModifier(RefuseNullInLists).WithAddedModifier(LetNullableBeAbsent);
        json.Converters.Add(new NulRefusingStringConverter());
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
    }

    /// <summary>A positional member that may be null may be left out, too: whoever leaves nulls out when writing means just that.</summary>
    private static void LetNullableBeAbsent(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object) return;
        foreach (var member in type.Properties)
            if (member is { IsRequired: true, AssociatedParameter: not null } && (member.IsSetNullable || Nullable.GetUnderlyingType(member.PropertyType) is not null))
                member.IsRequired = false;
    }

    /// <summary>Nullable annotations are respected for members, not for elements; no list of ours has a use for null.</summary>
    private static void RefuseNullInLists(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Enumerable || type.ElementType is not { IsValueType: false }) return;
        type.OnDeserialized = list =>
        {
            foreach (var element in (IEnumerable)list)
                if (element is null) throw new JsonException("null is not allowed in a list.");
        };
    }
}

/// <summary>PostgreSQL stores no U+0000; refused here, in one place, it is a 400 instead of a failure of the insert.</summary>
internal sealed class NulRefusingStringConverter : JsonConverter<string>
{
    public const string Message = "the character U+0000 is not allowed.";

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString();
        return text is not null && text.Contains('\0', StringComparison.Ordinal) ? throw new JsonException(Message) : text;
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Read(ref reader, typeToConvert, options)!;

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(value);
}
