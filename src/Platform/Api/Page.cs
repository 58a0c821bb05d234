using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Tideline.Platform.Api;

/// <summary>One page of a list. <see cref="Next"/> is the cursor of the following page, or null on the last.</summary>
public sealed record Page<T>(IReadOnlyList<T> Data, string? Next)
{
    /// <summary>Makes a page from up to <paramref name="limit"/> + 1 rows: the extra row only tells that there is more.</summary>
    public static Page<T> Of(List<T> rows, int limit, Func<T, object?[]> position)
    {
        if (rows.Count <= limit) return new Page<T>(rows, null);
        rows.RemoveRange(limit, rows.Count - limit);
        return new Page<T>(rows, Cursor.Of(position(rows[^1])));
    }
}

/// <summary>An opaque position in a list, for keyset paging: the sort values of the last row shown.</summary>
public static class Cursor
{
    /// <summary>Encodes a position.</summary>
    public static string Of(params object?[] position) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(position));

    /// <summary>Decodes a position of <paramref name="parts"/> values.</summary>
    /// <exception cref="Problem">400 <c>validation_failed</c> on <c>cursor</c>.</exception>
    public static JsonElement[] Read(string cursor, int parts)
    {
        try
        {
            var values = JsonSerializer.Deserialize<JsonElement[]>(Base64Url.DecodeFromChars(cursor));
            if (values?.Length == parts) return values;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            // Told below.
        }
        throw Problem.Invalid("cursor", "The cursor is not one that this list has given out.");
    }

    /// <summary>Decodes the position of a list that is ordered by a time and then by id.</summary>
    public static (DateTimeOffset At, Guid Id)? TimeAndId(string? cursor)
    {
        if (cursor is null) return null;
        var values = Read(cursor, 2);
        return values[0].ValueKind == JsonValueKind.String && values[0].TryGetDateTimeOffset(out var at)
            && values[1].ValueKind == JsonValueKind.String && values[1].TryGetGuid(out var id)
            ? (at, id)
            : throw Problem.Invalid("cursor", "The cursor is not one that this list has given out.");
    }

    /// <summary>Decodes the position of a list that is ordered by id (UUIDv7: by time of creation).</summary>
    public static Guid? Id(string? cursor)
    {
        if (cursor is null) return null;
        var values = Read(cursor, 1);
        return values[0].ValueKind == JsonValueKind.String && values[0].TryGetGuid(out var id)
            ? id
            : throw Problem.Invalid("cursor", "The cursor is not one that this list has given out.");
    }
}

/// <summary>Bounds of the <c>limit</c> parameter.</summary>
public static class Limit
{
    /// <summary>The limit asked for, 50 when none was.</summary>
    /// <exception cref="Problem">400 when it is not between 1 and 200.</exception>
    public static int Of(int? limit) => limit switch
    {
        null => 50,
        >= 1 and <= 200 => limit.Value,
        _ => throw Problem.Invalid("limit", "Must be between 1 and 200."),
    };
}
