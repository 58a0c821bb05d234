using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Notifications;
using Tideline.Notifications.Delivery;
using Tideline.Notifications.Email;
using Tideline.Notifications.Messages;
using Tideline.Notifications.Previews;
using Tideline.Notifications.Templates;
using Tideline.Platform.Api;
using Tideline.Platform.Realtime;
using Tideline.Platform.Security;

namespace Tideline.Notifications.Batches;

/// <summary>What campaigns and journeys ask: see <see cref="NotificationsClient"/>.</summary>
internal static class BatchEndpoints
{
    private const int MostMessages = 1000;
    private const int MostTests = 5;
    private static readonly string[] Callers = ["campaigns", "journeys"];

    public static void MapBatches(this RouteGroupBuilder routes)
    {
        routes.MapPost("/batches", Put).RequiresService(Callers);
        routes.MapPost("/batches/{id:guid}/messages", HandOver).RequiresService(Callers);
        routes.MapPost("/batches/{id:guid}/state", SetState).RequiresService(Callers);
        routes.MapPost("/test-sends", SendTest).RequiresService(Callers);
    }

    private static async Task<NoContent> Put(MessageBatch body, NotificationsDb db, PreparedTemplates prepared, TimeProvider clock, CancellationToken ct)
    {
        if (await db.Batches.AnyAsync(b => b.Id == body.BatchId, ct)) return TypedResults.NoContent();
        var content = new EmailContent(body.Subject, body.Preheader, body.Html, body.Text);
        var links = TemplateProblems.ThrowIfAny(content, prepared);
        // Two calls at the same moment: the second one finds the first one's row, and that is all it wants.
        await db.Database.ExecuteSqlAsync($"""
            insert into batch (tenant_id, id, kind, campaign_id, brand_id, subject, preheader, html, text, links, state, created_at)
            values ({db.Caller.TenantId}, {body.BatchId}, {Batch.OfCampaign}, {body.CampaignId}, {body.BrandId}, {body.Subject}, {body.Preheader}, {body.Html}, {body.Text},
                {LinksJson(links)}::jsonb, {Batch.Running}, {clock.GetUtcNow()})
            on conflict do nothing
            """, ct);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<HandOverAnswer>> HandOver(
        Guid id, IReadOnlyList<HandOver> body, NotificationsDb db, MessageIntake intake, ILiveUpdates live, CancellationToken ct)
    {
        if (body.Count > MostMessages) throw Problem.Invalid("messages", $"At most {MostMessages} messages are taken at once.");
        var batch = await db.Batches.AsNoTracking().SingleOrDefaultAsync(b => b.Id == id, ct) ?? throw Problem.NotFound("batch");
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var accepted = await intake.AddAsync([.. body.Select(m => new NewMessage
        {
            Id = m.MessageId,
            Kind = MessageKind.Campaign,
            BatchId = id,
            CampaignId = batch.CampaignId,
            CustomerId = m.CustomerId,
            LeadId = m.LeadId,
            Address = m.Address,
            DisplayName = m.DisplayName,
            Subject = batch.Subject,
            Variables = MessageVariables.Json(m.Variables),
            Traceparent = m.Traceparent,
        })], ct);
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
        live.Changed(db.Caller.TenantId, "messages");
        return TypedResults.Ok(new HandOverAnswer(accepted));
    }

    private static async Task<NoContent> SetState(Guid id, BatchState body, NotificationsDb db, ILiveUpdates live, TimeProvider clock, CancellationToken ct)
    {
        if (body.State is not (Batch.Running or Batch.Paused or Batch.Cancelled)) throw Problem.Invalid("state", "Must be running, paused or cancelled.");
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Waits for claims under way, and lets none follow that has not seen the new state.
        var batch = await db.Batches.FromSql($"select * from batch where tenant_id = {db.Caller.TenantId} and id = {id} for update").SingleOrDefaultAsync(ct)
            ?? throw Problem.NotFound("batch");
        if (batch.State == body.State) return TypedResults.NoContent();
        if (batch.State == Batch.Cancelled) throw Problem.Conflict("batch_cancelled", "The batch was cancelled; it does not come back.");
        batch.State = body.State;
        if (body.State == Batch.Cancelled) db.Enqueue(new CancelBatch(id));
        if (body.State == Batch.Running)
        {
            // The jobs have ended when they found it paused. One that is still there, waiting to try again, does no harm beside the new one.
            foreach (var chunk in await db.Chunks.Where(c => c.BatchId == id && c.DoneAt == null).OrderBy(c => c.Id).ToListAsync(ct))
            {
                chunk.DueAt = clock.GetUtcNow();
                db.Enqueue(new DeliverMessages(chunk.Id));
            }
        }
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
        live.Changed(db.Caller.TenantId, "messages");
        return TypedResults.NoContent();
    }

    private static async Task<Accepted> SendTest(TestSend body, NotificationsDb db, MessageIntake intake, PreparedTemplates prepared, TimeProvider clock, CancellationToken ct)
    {
        if (body.To.Count is 0 or > MostTests) throw Problem.Invalid("to", $"1 to {MostTests} addresses are needed.");
        foreach (var address in body.To)
            if (!Mailbox.TryParse(address, out _, out var problem)) throw Problem.Invalid("to", $"{address}: {problem}");
        var message = body.Message;
        var content = new EmailContent(message.Subject, message.Preheader, message.Html, message.Text);
        var links = TemplateProblems.ThrowIfAny(content, prepared);
        var batch = new Batch
        {
            TenantId = db.Caller.TenantId,
            Id = Guid.CreateVersion7(),
            Kind = Batch.OfTest,
            CampaignId = body.CampaignId,
            BrandId = message.BrandId,
            Subject = message.Subject,
            Preheader = message.Preheader,
            Html = message.Html,
            Text = message.Text,
            Links = [.. links.Links],
            State = Batch.Running,
            CreatedAt = clock.GetUtcNow(),
        };
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        db.Add(batch);
        await db.SaveChangesAsync(ct);
        await intake.AddAsync([.. body.To.Distinct(StringComparer.OrdinalIgnoreCase).Select(to => new NewMessage
        {
            Id = Guid.CreateVersion7(),
            Kind = MessageKind.Test,
            BatchId = batch.Id,
            Address = to.Trim(),
            Subject = message.Subject,
            Variables = MessageVariables.Json(message.Variables),
        })], ct);
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
        return TypedResults.Accepted((string?)null);
    }

    private static string LinksJson(LinkTable links) => System.Text.Json.JsonSerializer.Serialize(links.Links, Contracts.ContractsJson.Options);
}
