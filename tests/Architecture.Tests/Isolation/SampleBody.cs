using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tideline.Architecture.Tests.Isolation;

/// <summary>Makes the JSON that an endpoint needs from the type that it reads: what is required and nothing else.</summary>
internal sealed class SampleBody(IReadOnlyDictionary<string, JsonNode> known, string marker)
{
    private static readonly NullabilityInfoContext Nullability = new();

    /// <summary>A body, or null when a required id is not known yet.</summary>
    public JsonNode? Of(Type type)
    {
        if (ElementOf(type) is { } element) return Of(element) is { } one ? new JsonArray(one) : null;
        if (type == typeof(JsonElement) || type == typeof(JsonNode) || type == typeof(JsonObject) || type == typeof(JsonDocument)) return new JsonObject();
        if (!IsObject(type)) return Value("value", type, []);
        var body = new JsonObject();
        foreach (var member in Members(type).Where(m => m.IsRequired))
        {
            if (Value(member.Name, member.Type, member.Attributes) is not { } value) return null;
            body[member.Name] = value;
        }
        return body;
    }

    /// <summary>The members that a client may state.</summary>
    public static IReadOnlyList<Member> Members(Type type)
    {
        var arguments = type.GetConstructors().Where(c => c.GetParameters() is not [{ } only] || only.ParameterType != type)
            .OrderByDescending(c => c.GetParameters().Length).FirstOrDefault()?.GetParameters() ?? [];
        return
        [
            .. from property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
               where property.SetMethod is { IsPublic: true }
               let argument = Array.Find(arguments, a => string.Equals(a.Name, property.Name, StringComparison.OrdinalIgnoreCase))
               let attributes = property.GetCustomAttributes().Concat(argument?.GetCustomAttributes() ?? []).ToArray()
               let isRequired = attributes.OfType<RequiredAttribute>().Any() || property.IsDefined(typeof(RequiredMemberAttribute))
                   || (argument is { HasDefaultValue: false } && Nullability.Create(argument).WriteState != NullabilityState.Nullable)
               select new Member(JsonNamingPolicy.CamelCase.ConvertName(property.Name), property.PropertyType, isRequired, attributes),
        ];
    }

    /// <summary>The types of objects that a body is made of, itself included.</summary>
    public static IEnumerable<Type> Objects(Type type, HashSet<Type>? seen = null)
    {
        type = ElementOf(type) ?? Nullable.GetUnderlyingType(type) ?? type;
        if (type.Assembly == typeof(object).Assembly || type.Assembly == typeof(JsonElement).Assembly || !IsObject(type) || !(seen ??= []).Add(type)) yield break;
        yield return type;
        foreach (var member in Members(type))
            foreach (var inner in Objects(member.Type, seen)) yield return inner;
    }

    private JsonNode? Value(string name, Type type, IReadOnlyList<Attribute> attributes)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(Guid)) return known.TryGetValue(name, out var id) ? id.DeepClone() : null;
        if (known.TryGetValue(name, out var stated)) return stated.DeepClone();
        if (type == typeof(string)) return Text(name, attributes);
        if (type == typeof(bool)) return false;
        if (type == typeof(DateTimeOffset) || type == typeof(DateTime)) return DateTimeOffset.UtcNow.AddDays(1);
        if (type.IsEnum) return JsonNamingPolicy.CamelCase.ConvertName(Enum.GetNames(type)[0]);
        if (type.IsPrimitive || type == typeof(decimal)) return attributes.OfType<RangeAttribute>().FirstOrDefault()?.Minimum is { } least ? JsonValue.Create(Convert.ToInt64(least)) : 1;
        if (type.IsGenericType && type.GetGenericTypeDefinition().Name.Contains("Dictionary", StringComparison.Ordinal)) return new JsonObject();
        if (ElementOf(type) is { } element)
        {
            if (element == typeof(Guid)) return known.TryGetValue(name.TrimEnd('s'), out var one) ? new JsonArray(one.DeepClone()) : new JsonArray();
            return Of(element) is { } item ? new JsonArray(item) : null;
        }
        return Of(type);
    }

    private string Text(string name, IReadOnlyList<Attribute> attributes)
    {
        var longest = attributes.OfType<MaxLengthAttribute>().Select(a => a.Length).Concat(attributes.OfType<StringLengthAttribute>().Select(a => a.MaximumLength)).Append(200).Min();
        bool Has(string part) => name.Contains(part, StringComparison.OrdinalIgnoreCase);
        var text = attributes.OfType<EmailAddressAttribute>().Any() || Has("email") || Has("address") ? $"{marker}.{Guid.NewGuid():n}@example.com".ToLowerInvariant()
            : attributes.OfType<UrlAttribute>().Any() || Has("url") || Has("website") ? "https://example.com/" + marker
            : Has("phone") ? "+14155550123"
            : Has("timezone") ? "Europe/Stockholm"
            : Has("currency") ? "EUR"
            : Has("country") ? "SE"
            : Has("channel") ? "email"
            : Has("language") ? "en"
            : Has("key") ? marker.ToLowerInvariant() + Guid.NewGuid().ToString("n")[..6]
            : $"{marker} {name} {Guid.NewGuid().ToString("n")[..6]}";
        return text.Length > longest ? text[..longest] : text;
    }

    private static Type? ElementOf(Type type)
    {
        if (type == typeof(string) || type == typeof(JsonObject) || type == typeof(JsonArray)) return null;
        if (type.IsArray) return type.GetElementType();
        var element = type.GetInterfaces().Append(type).FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];
        return element?.Name == "KeyValuePair`2" ? null : element;
    }

    private static bool IsObject(Type type) => type.IsClass && type != typeof(string);
}

/// <summary>A member of a request.</summary>
internal sealed record Member(string Name, Type Type, bool IsRequired, IReadOnlyList<Attribute> Attributes);
