using Npgsql;

namespace Tideline.Platform.Events;

/// <summary>The columns of an event, the same in every table that holds one, and in the same order.</summary>
internal static class EventColumns
{
    public const string List = "event_id, source, type, version, key, tenant_id, time, payload, traceparent, causation_id, correlation_id";
    public const int Count = 11;

    /// <summary>The columns as arrays for <c>unnest</c>, beginning with parameter <paramref name="first"/>.</summary>
    public static string Unnest(int first) =>
        $"${first}::uuid[], ${first + 1}::text[], ${first + 2}::text[], ${first + 3}::int[], ${first + 4}::text[], ${first + 5}::uuid[], "
        + $"${first + 6}::timestamptz[], ${first + 7}::text[], ${first + 8}::text[], ${first + 9}::uuid[], ${first + 10}::uuid[]";

    public static NpgsqlParameter[] Arrays(IReadOnlyList<EventEnvelope> events) =>
    [
        Array(events, e => e.Id),
        Array(events, e => e.Source),
        Array(events, e => e.Type),
        Array(events, e => e.Version),
        Array(events, e => e.Key),
        Array(events, e => e.TenantId),
        Array(events, e => e.Time),
        Array(events, e => e.Payload),
        Array(events, e => e.Traceparent),
        Array(events, e => e.CausationId),
        Array(events, e => e.CorrelationId),
    ];

    public static NpgsqlParameter Array<TRow, T>(IReadOnlyList<TRow> rows, Func<TRow, T> value)
    {
        var values = new T[rows.Count];
        for (var i = 0; i < values.Length; i++) values[i] = value(rows[i]);
        return new NpgsqlParameter<T[]> { TypedValue = values };
    }

    public static EventEnvelope Read(NpgsqlDataReader row, int at) => new(
        row.GetGuid(at), row.GetString(at + 1), row.GetString(at + 2), row.GetInt32(at + 3), row.GetString(at + 4),
        row.IsDBNull(at + 5) ? null : row.GetGuid(at + 5), row.GetFieldValue<DateTimeOffset>(at + 6), row.GetString(at + 7),
        row.IsDBNull(at + 8) ? null : row.GetString(at + 8),
        row.IsDBNull(at + 9) ? null : row.GetGuid(at + 9), row.IsDBNull(at + 10) ? null : row.GetGuid(at + 10));
}
