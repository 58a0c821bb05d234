using System.Globalization;
using System.Text.Json;
using Tideline.Contracts.Leads;

namespace Tideline.Assignment.Rules;

/// <summary>Whether a lead meets a condition, and the same in words.</summary>
internal static class ConditionCheck
{
    private static readonly string[] Fields = ["source", "country", "stage", "status", "company", "email", "value"];
    private static readonly string[] Operators = ["eq", "neq", "in", "contains", "startsWith", "exists", "gt", "lt"];

    /// <summary>What is wrong with a condition, or null.</summary>
    public static string? Problem(Condition condition)
    {
        if (!Fields.Contains(condition.Field) && !(condition.Field.StartsWith("custom.", StringComparison.Ordinal) && condition.Field.Length is > 7 and <= 71))
            return $"field must be one of {string.Join(", ", Fields)} or custom.NAME.";
        if (!Operators.Contains(condition.Op)) return $"op must be one of {string.Join(", ", Operators)}.";
        var kind = condition.Value.ValueKind;
        return condition.Op switch
        {
            "in" when kind != JsonValueKind.Array || condition.Value.GetArrayLength() is 0 or > 500 || condition.Value.EnumerateArray().Any(v => Text(v) is null) => "value must be a list of texts.",
            "exists" when kind is not (JsonValueKind.True or JsonValueKind.False) => "value must be true or false.",
            "gt" or "lt" when Number(Text(condition.Value)) is null => "value must be a number.",
            "eq" or "neq" or "contains" or "startsWith" when Text(condition.Value) is not { Length: > 0 and <= 500 } => "value must be a text of 1 to 500 characters.",
            _ => null,
        };
    }

    /// <summary>Whether the lead meets it; texts are compared without regard to case.</summary>
    public static bool Holds(Condition condition, LeadSnapshot lead)
    {
        var actual = Actual(condition.Field, lead);
        return condition.Op switch
        {
            "exists" => actual is not null == condition.Value.GetBoolean(),
            "eq" => Same(actual, Text(condition.Value)),
            "neq" => !Same(actual, Text(condition.Value)),
            "in" => condition.Value.EnumerateArray().Any(v => Same(actual, Text(v))),
            "contains" => actual?.Contains(Text(condition.Value)!, StringComparison.OrdinalIgnoreCase) == true,
            "startsWith" => actual?.StartsWith(Text(condition.Value)!, StringComparison.OrdinalIgnoreCase) == true,
            "gt" => Number(actual) > Number(Text(condition.Value)),
            "lt" => Number(actual) < Number(Text(condition.Value)),
            _ => false,
        };
    }

    /// <summary>For the explanation: the condition, and what the lead has instead.</summary>
    public static string Explain(Condition condition, LeadSnapshot lead) =>
        $"{condition.Field} {condition.Op} {condition.Value.GetRawText()} (the lead has {(Actual(condition.Field, lead) is { } actual ? $"\"{actual}\"" : "nothing")})";

    private static bool Same(string? actual, string? wanted) => string.Equals(actual, wanted, StringComparison.OrdinalIgnoreCase);

    private static string? Actual(string field, LeadSnapshot lead) => field switch
    {
        "source" => lead.Source,
        "country" => lead.Country,
        "stage" => lead.Stage,
        "status" => lead.Status,
        "company" => lead.Company,
        "email" => lead.Email,
        // Rules compare what people see: 1250.00, not minor units.
        "value" => lead.Value?.InMajorUnits().ToString(CultureInfo.InvariantCulture),
        _ => lead.Custom?.GetValueOrDefault(field["custom.".Length..]),
    };

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };

    private static decimal? Number(string? text) => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : null;
}
