using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using Tideline.Contracts;

namespace Tideline.Platform.Events;

/// <summary>A fact that waits, in the database of the service that published it, to be handed to the transport.</summary>
internal sealed class OutboxMessage
{
    public required Guid Id { get; init; }
    public required Guid? TenantId { get; init; }
    public required string Type { get; init; }
    public required int Version { get; init; }
    public required string Key { get; init; }
    public required DateTimeOffset Time { get; init; }
    public required string Payload { get; init; }
    public string? Traceparent { get; init; }
    public Guid? CausationId { get; init; }
    public Guid? CorrelationId { get; init; }

    public static OutboxMessage Of(IEvent happened, Guid? tenantId)
    {
        var type = EventTypes.Of(happened.GetType());
        var cause = EventScope.Current;
        var id = Guid.CreateVersion7();
        return new OutboxMessage
        {
            Id = id,
            TenantId = tenantId,
            Type = type.Name,
            Version = type.Version,
            Key = happened.Key,
            Time = DateTimeOffset.UtcNow,
            Payload = JsonSerializer.Serialize(happened, happened.GetType(), ContractsJson.Options),
            // Without a listener there is no activity, and the trace still goes on.
            Traceparent = Activity.Current?.Id ?? cause?.Traceparent,
            CausationId = cause?.Id,
            CorrelationId = cause?.CorrelationId ?? cause?.Id ?? id,
        };
    }

    /// <summary>Writes messages in this order, in one round trip, in the transaction that is open on the connection.</summary>
    public static async Task InsertAsync(IReadOnlyList<OutboxMessage> messages, NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("""
            insert into outbox (id, tenant_id, type, version, key, time, payload, traceparent, causation_id, correlation_id)
            select id, tenant_id, type, version, key, time, payload, traceparent, causation_id, correlation_id
            from unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[], $5::text[], $6::timestamptz[], $7::text[], $8::text[], $9::uuid[], $10::uuid[])
                with ordinality as m(id, tenant_id, type, version, key, time, payload, traceparent, causation_id, correlation_id, ordinal)
            order by ordinal
            """, connection);
        command.Parameters.Add(EventColumns.Array(messages, m => m.Id));
        command.Parameters.Add(EventColumns.Array(messages, m => m.TenantId));
        command.Parameters.Add(EventColumns.Array(messages, m => m.Type));
        command.Parameters.Add(EventColumns.Array(messages, m => m.Version));
        command.Parameters.Add(EventColumns.Array(messages, m => m.Key));
        command.Parameters.Add(EventColumns.Array(messages, m => m.Time));
        command.Parameters.Add(EventColumns.Array(messages, m => m.Payload));
        command.Parameters.Add(EventColumns.Array(messages, m => m.Traceparent));
        command.Parameters.Add(EventColumns.Array(messages, m => m.CausationId));
        command.Parameters.Add(EventColumns.Array(messages, m => m.CorrelationId));
        await command.ExecuteNonQueryAsync(ct);
    }
}
