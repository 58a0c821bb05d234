using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Contracts;
using Tideline.Contracts.Notifications;
using Tideline.Platform.Api;
using Tideline.Platform.Data;
using Tideline.Platform.Hosting;
using Tideline.Platform.Security;

namespace Tideline.Services.Tests.Campaigns;

/// <summary>Stands where notifications stands: keeps what is handed over, tells what becomes of it, and fails when the test wants it to.</summary>
internal sealed class FakePost : IService
{
    private static readonly SemaphoreSlim Turn = new(1);
    private readonly ConcurrentDictionary<Guid, Office> _offices = new();

    public string Name => "notifications";

    /// <summary>One tenant's.</summary>
    public Office Of(Guid tenant) => _offices.GetOrAdd(tenant, _ => new Office());

    public void Add(ServiceBuilder svc) => svc.AddDatabase<PostDb>()
        .Publishes<MessageSent>().Publishes<MessageDelivered>().Publishes<MessageOpened>().Publishes<MessageClicked>().Publishes<MessageBounced>()
        .Publishes<MessageComplained>().Publishes<MessageUnsubscribed>().Publishes<MessageFailed>();

    public void Map(ServiceRoutes routes)
    {
        routes.Internal.MapPost("/batches", (MessageBatch batch, Caller caller) =>
        {
            var office = Of(caller.TenantId);
            office.OnBatch?.Invoke(batch);
            office.Batches[batch.BatchId] = batch;
            office.States.TryAdd(batch.BatchId, "running");
            return TypedResults.NoContent();
        }).RequiresService("campaigns");
        routes.Internal.MapPost("/batches/{id:guid}/messages", async (Guid id, List<HandOver> messages, PostDb db, CancellationToken ct) =>
        {
            var office = Of(db.Caller.TenantId);
            var fresh = office.Take(id, messages);
            await SendAsync(office, db, ct);
            office.AfterHandOver?.Invoke(messages);
            return TypedResults.Ok(new HandOverAnswer(fresh));
        }).RequiresService("campaigns");
        routes.Internal.MapPost("/batches/{id:guid}/state", async (Guid id, BatchState state, PostDb db, CancellationToken ct) =>
        {
            var office = Of(db.Caller.TenantId);
            office.OnState?.Invoke(state.State);
            if (!office.Batches.ContainsKey(id)) throw Problem.NotFound("batch");
            office.States[id] = state.State;
            office.Told.Enqueue(state.State);
            await SendAsync(office, db, ct);
            return TypedResults.NoContent();
        }).RequiresService("campaigns");
        routes.Internal.MapPost("/preview", (PreviewRequest request) => TypedResults.Ok(new PreviewAnswer(
            Fill(request.Subject, request.Variables), Fill(request.Html, request.Variables), request.Text ?? "",
            request.Html.Contains("{{#if", StringComparison.Ordinal) && !request.Html.Contains("{{/if", StringComparison.Ordinal)
                ? [new TemplateProblem("html, line 1", "The block “if” is not closed.")] : []))).RequiresService("campaigns");
        routes.Internal.MapPost("/test-sends", (TestSend test, Caller caller) =>
        {
            Of(caller.TenantId).Tests.Enqueue(test);
            return TypedResults.NoContent();
        }).RequiresService("campaigns");
    }

    private static string Fill(string template, IReadOnlyDictionary<string, string> variables) =>
        variables.Aggregate(template, (text, v) => text.Replace("{{" + v.Key + "}}", v.Value, StringComparison.Ordinal));

    /// <summary>Tells the end of everything that may end now, each message once.</summary>
    private static async Task SendAsync(Office office, PostDb db, CancellationToken ct)
    {
        if (!office.SendsAtOnce) return;
        // One at a time: who asks again must not find told what is only being told.
        await Turn.WaitAsync(ct);
        var told = new List<Guid>();
        try
        {
            foreach (var (message, campaign) in office.Unsent())
            {
                MessageEvent? ended = office.States.GetValueOrDefault(campaign) switch
                {
                    "running" => Office.Sent(message, campaign),
                    "cancelled" => Office.Failed(message, campaign, "cancelled", "The batch was cancelled."),
                    _ => null,
                };
                if (ended is null || !office.Ended.TryAdd(message.MessageId, ended)) continue;
                told.Add(message.MessageId);
                db.Publish(ended);
            }
            await db.SaveChangesAsync(ct);
        }
        catch
        {
            // Nobody has heard of it: the caller who gave up meanwhile asks again, and then it is to be told.
            foreach (var id in told) office.Ended.TryRemove(id, out _);
            throw;
        }
        finally
        {
            Turn.Release();
        }
    }
}

internal sealed class PostDb(DbContextOptions<PostDb> options, Caller caller) : ServiceDb(options, caller);

/// <summary>What one tenant's campaigns have asked for.</summary>
internal sealed class Office
{
    private readonly ConcurrentDictionary<Guid, (HandOver Message, Guid Batch)> _messages = new();

    public ConcurrentDictionary<Guid, MessageBatch> Batches { get; } = new();
    public ConcurrentDictionary<Guid, string> States { get; } = new();
    public ConcurrentQueue<string> Told { get; } = new();
    public ConcurrentQueue<(DateTimeOffset At, IReadOnlyList<HandOver> Messages)> Calls { get; } = new();
    public ConcurrentDictionary<Guid, MessageEvent> Ended { get; } = new();
    public ConcurrentQueue<TestSend> Tests { get; } = new();

    public bool SendsAtOnce { get; set; } = true;
    public Action<MessageBatch>? OnBatch { get; set; }
    public Action<string>? OnState { get; set; }
    public Action<IReadOnlyList<HandOver>>? AfterHandOver { get; set; }

    public IReadOnlyList<HandOver> Messages => [.. _messages.Values.Select(m => m.Message)];

    public int Count => _messages.Count;

    public int Take(Guid batch, IReadOnlyList<HandOver> messages)
    {
        if (!Batches.ContainsKey(batch)) throw Problem.NotFound("batch");
        if (messages.Count > 1000) throw Problem.Invalid("messages", "Too many.");
        Calls.Enqueue((DateTimeOffset.UtcNow, messages));
        return messages.Count(m => _messages.TryAdd(m.MessageId, (m, batch)));
    }

    public IEnumerable<(HandOver Message, Guid Campaign)> Unsent() => _messages.Values.Where(m => !Ended.ContainsKey(m.Message.MessageId)).Select(m => (m.Message, m.Batch));

    public static MessageSent Sent(HandOver m, Guid campaign) => new()
    {
        MessageId = m.MessageId,
        Channel = "email",
        Address = m.Address,
        CampaignId = campaign,
        CustomerId = m.CustomerId,
        LeadId = m.LeadId,
        At = DateTimeOffset.UtcNow,
    };

    public static MessageFailed Failed(HandOver m, Guid campaign, string outcome, string reason) => new()
    {
        MessageId = m.MessageId,
        Channel = "email",
        Address = m.Address,
        CampaignId = campaign,
        CustomerId = m.CustomerId,
        LeadId = m.LeadId,
        At = DateTimeOffset.UtcNow,
        Outcome = outcome,
        Reason = reason,
    };
}
