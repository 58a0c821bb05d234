using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Tideline.Contracts;

namespace Tideline.Platform.Data;

/// <summary>Properties that are one JSON value in the database.</summary>
public static class JsonColumn
{
    /// <summary>
    /// Stores the property as <c>jsonb</c>. Compared by what it says, so that a change inside it is found and an equal value is not written.
    /// </summary>
    public static PropertyBuilder<T> HasJson<T>(this PropertyBuilder<T> property) where T : class => property.HasColumnType("jsonb").HasConversion(
        value => Write(value),
        json => Read<T>(json),
        new ValueComparer<T>((a, b) => Write(a) == Write(b), value => Write(value).GetHashCode(StringComparison.Ordinal), value => Read<T>(Write(value))));

    private static string Write<T>(T value) => JsonSerializer.Serialize(value, ContractsJson.Options);

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, ContractsJson.Options)!;
}
