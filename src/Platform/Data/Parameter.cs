using Npgsql;

namespace Tideline.Platform.Data;

/// <summary>Positional parameters for plain SQL, with the type that the value has.</summary>
internal static class Parameter
{
    public static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };

    /// <summary>A value that may be absent; PostgreSQL cannot tell the type of a NULL by itself.</summary>
    public static NpgsqlParameter Of(string? value, string type) => new() { Value = (object?)value ?? DBNull.Value, DataTypeName = type };

    /// <summary>A value that may be absent.</summary>
    public static NpgsqlParameter Of(Guid? value, string type) => new() { Value = (object?)value ?? DBNull.Value, DataTypeName = type };

    /// <summary>A value that may be absent.</summary>
    public static NpgsqlParameter Of(int? value) => new() { Value = (object?)value ?? DBNull.Value, DataTypeName = "int4" };
}
