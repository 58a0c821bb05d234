using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;
using Tideline.Notifications.Batches;
using Tideline.Notifications.Delivery;

namespace Tideline.Notifications.Messages;

/// <summary>A message to be stored and sent.</summary>
internal sealed record NewMessage
{
    public required Guid Id { get; init; }
    public required string Kind { get; init; }
    public Guid? BatchId { get; init; }
    public string? TemplateKey { get; init; }
    public Guid? BrandId { get; init; }
    public Guid? CampaignId { get; init; }
    public Guid? CustomerId { get; init; }
    public Guid? LeadId { get; init; }
    public required string Address { get; init; }
    public string? DisplayName { get; init; }
    public required string Subject { get; init; }
    /// <summary>A JSON object.</summary>
    public required string Variables { get; init; }
    public string? Traceparent { get; init; }

    /// <summary>The id of a message that is asked for by a key of the asker's: the same tenant and key give the same id.</summary>
    public static Guid IdOf(Guid tenant, string key)
    {
        Span<byte> id = SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant:n} {key}")).AsSpan(0, 16);
        // UUID version 8: made by a rule of our own (RFC 9562).
        id[6] = (byte)((id[6] & 0x0f) | 0x80);
        id[8] = (byte)((id[8] & 0x3f) | 0x80);
        return new Guid(id, bigEndian: true);
    }
}

/// <summary>Takes messages in: what is stored here is sent, once, or told of as not sent.</summary>
internal sealed class MessageIntake(NotificationsDb db, MailGateway gateway, TimeProvider clock)
{
    /// <summary>Messages of one delivery job.</summary>
    public const int ChunkSize = 200;

    // A message id that is known already is left as it is: that is what makes repeating a hand-over harmless.
    private const string Insert = """
        insert into message (tenant_id, id, channel, kind, chunk_id, batch_id, template_key, brand_id, campaign_id, customer_id, lead_id,
            address, display_name, subject, variables, traceparent, status, provider, created_at, next_attempt_at)
        select $1, r.id, 'email', r.kind, r.chunk_id, r.batch_id, r.template_key, r.brand_id, r.campaign_id, r.customer_id, r.lead_id,
            r.address, r.display_name, r.subject, r.variables::jsonb, r.traceparent, 'queued', $2, $3, now()
        from unnest($4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
            as r (id, kind, chunk_id, batch_id, template_key, brand_id, campaign_id, customer_id, lead_id, address, display_name, subject, variables, traceparent)
        order by r.id
        on conflict (tenant_id, id) do nothing
        returning chunk_id
        """;

    /// <summary>Stores messages and their delivery jobs, in the transaction that the caller has opened and commits.</summary>
    /// <returns>How many were new.</returns>
    public async Task<int> AddAsync(IReadOnlyList<NewMessage> messages, CancellationToken ct)
    {
        if (messages.Count == 0) return 0;
        var now = clock.GetUtcNow();
        // A batch's messages share its state, so a chunk holds messages of one batch only.
        var chunks = messages.GroupBy(m => m.BatchId)
            .SelectMany(g => g.Chunk(ChunkSize))
            .Select(part => new Chunk { TenantId = db.Caller.TenantId, Id = Guid.CreateVersion7(), BatchId = part[0].BatchId, CreatedAt = now, DueAt = now })
            .ToList();
        var placed = messages.GroupBy(m => m.BatchId).SelectMany(g => g.Chunk(ChunkSize)).Zip(chunks, (part, chunk) => part.Select(m => (Message: m, Chunk: chunk))).SelectMany(p => p).ToList();

        var accepted = 0;
        var used = new HashSet<Guid>();
        await using (var command = InsertCommand(placed, now))
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            for (; await reader.ReadAsync(ct); accepted++) used.Add(reader.GetGuid(0));
        }
        foreach (var chunk in chunks.Where(c => used.Contains(c.Id)))
        {
            db.Add(chunk);
            db.Enqueue(new DeliverMessages(chunk.Id));
        }
        await db.SaveChangesAsync(ct);
        return accepted;
    }

    private NpgsqlCommand InsertCommand(List<(NewMessage Message, Chunk Chunk)> rows, DateTimeOffset now)
    {
        var current = Activity.Current?.Id;
        var command = new NpgsqlCommand(Insert, (NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction());
        command.Parameters.AddRange((Array)(NpgsqlParameter[])
        [
            new() { Value = db.Caller.TenantId },
            new() { Value = gateway.Provider },
            new() { Value = now },
            Ids(m => m.Id),
            Texts(m => m.Kind),
            new() { Value = rows.Select(r => r.Chunk.Id).ToArray() },
            Ids(m => m.BatchId),
            Texts(m => m.TemplateKey),
            Ids(m => m.BrandId),
            Ids(m => m.CampaignId),
            Ids(m => m.CustomerId),
            Ids(m => m.LeadId),
            Texts(m => m.Address),
            Texts(m => m.DisplayName),
            Texts(m => m.Subject),
            Texts(m => m.Variables),
            Texts(m => ActivityContext.TryParse(m.Traceparent, null, out _) ? m.Traceparent : current),
        ]);
        return command;

        NpgsqlParameter Ids(Func<NewMessage, Guid?> value) => new() { Value = rows.Select(r => value(r.Message)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid };
        NpgsqlParameter Texts(Func<NewMessage, string?> value) => new() { Value = rows.Select(r => value(r.Message)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
    }
}
