using System.Text.Json;
using Tideline.Contracts;

namespace Tideline.Platform.Events;

/// <summary>Publishing from plain SQL: one statement for any number of events, for engines that write in batches.</summary>
public static class OutboxSql
{
    /// <summary>Takes what <see cref="Json"/> gives as its only parameter.</summary>
    public const string Insert = """
        insert into outbox (id, tenant_id, type, version, key, time, payload, traceparent, causation_id, correlation_id)
        select r.id, r.tenant_id, r.type, r.version, r.key, r.time, r.payload, r.traceparent, r.causation_id, r.correlation_id
        from json_to_recordset($1::json) as r (
            id uuid, tenant_id uuid, type text, version int, key text, time timestamptz, payload text,
            traceparent text, causation_id uuid, correlation_id uuid)
        """;

    private static readonly JsonSerializerOptions Columns = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The events as the statement's parameter, in the order in which they happened.</summary>
    public static string Json(IEnumerable<IEvent> events, Guid? tenantId) =>
        JsonSerializer.Serialize(events.Select(e => OutboxMessage.Of(e, tenantId)), Columns);
}
