using System.Text.Json.Serialization;

namespace Tideline.Contracts.Notifications;

/// <summary>What other services ask of notifications: previews, and the messages of campaigns in bulk.</summary>
public sealed class NotificationsClient(HttpClient http)
{
    /// <summary>States the content that all messages of a batch share. Repeating it with the same id changes nothing.</summary>
    public Task PutBatchAsync(MessageBatch batch, CancellationToken ct) => http.PostAsync("/internal/notifications/batches", batch, ct);

    /// <summary>Hands over messages, at most 1,000 a call. A message id that is known already is not sent again.</summary>
    /// <returns>When it returns, every message is stored and will come to an end that a <c>message.*</c> event tells.</returns>
    public Task<HandOverAnswer> HandOverAsync(Guid batchId, IReadOnlyList<HandOver> messages, CancellationToken ct) =>
        http.PostAsync<HandOverAnswer>($"/internal/notifications/batches/{batchId}/messages", messages, ct);

    /// <summary>
    /// <c>running</c>, <c>paused</c> or <c>cancelled</c>. When it returns, no message is claimed against it; those at a relay's door at that moment may still go out.
    /// Cancelling ends every message that is not out with <c>message.failed</c>, outcome <c>cancelled</c>.
    /// </summary>
    public Task SetBatchStateAsync(Guid batchId, string state, CancellationToken ct) =>
        http.PostAsync($"/internal/notifications/batches/{batchId}/state", new BatchState(state), ct);

    /// <summary>The message as its recipient would see it, and what is wrong with the template.</summary>
    public Task<PreviewAnswer> PreviewAsync(PreviewRequest request, CancellationToken ct) =>
        http.PostAsync<PreviewAnswer>("/internal/notifications/preview", request, ct);

    /// <summary>Sends a rendered test at once; not tracked, not counted.</summary>
    public Task SendTestAsync(TestSend test, CancellationToken ct) => http.PostAsync("/internal/notifications/test-sends", test, ct);
}

/// <summary>Content shared by the messages of one campaign run.</summary>
public sealed record MessageBatch
{
    /// <summary>Id of the batch: the campaign's id.</summary>
    public required Guid BatchId { get; init; }
    public required Guid CampaignId { get; init; }
    public required Guid BrandId { get; init; }
    /// <summary>Handlebars.</summary>
    public required string Subject { get; init; }
    public string? Preheader { get; init; }
    /// <summary>Handlebars; the body only, the brand's layout goes around it.</summary>
    public required string Html { get; init; }
    /// <summary>Handlebars; made from the HTML when absent.</summary>
    public string? Text { get; init; }
}

// Members without a default are written even when null: the strict reader on the other side misses them otherwise.

/// <summary>One message of a batch.</summary>
/// <param name="MessageId">Made by the caller, kept by the caller: the key by which it is sent once.</param>
/// <param name="Address">Canonical e-mail address.</param>
/// <param name="DisplayName">Name of the recipient.</param>
/// <param name="CustomerId">The person.</param>
/// <param name="LeadId">The lead by which the person got into the audience.</param>
/// <param name="Variables">What the template may use: firstName, lastName, company, displayName, email, country, website, source, custom.NAME.</param>
/// <param name="Traceparent">Trace that the sending shall continue.</param>
public sealed record HandOver(
    Guid MessageId, string Address, string DisplayName,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] Guid? CustomerId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] Guid? LeadId,
    IReadOnlyDictionary<string, string> Variables, string? Traceparent = null);

/// <summary>How many of the messages were new.</summary>
public sealed record HandOverAnswer(int Accepted);

/// <summary>The state of a batch.</summary>
public sealed record BatchState(string State);

/// <summary>A template to show. Variables as in <see cref="HandOver"/>.</summary>
public sealed record PreviewRequest(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] Guid? BrandId,
    string Subject,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Preheader,
    string Html,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Text,
    IReadOnlyDictionary<string, string> Variables);

/// <summary>The rendered message and the problems of its template.</summary>
public sealed record PreviewAnswer(string Subject, string Html, string Text, IReadOnlyList<TemplateProblem> Problems);

/// <summary>What is wrong and where: <c>subject</c>, <c>preheader</c>, <c>html</c> or <c>text</c>.</summary>
public sealed record TemplateProblem(string Where, string Message);

/// <summary>A test of a campaign's message.</summary>
public sealed record TestSend(PreviewRequest Message, IReadOnlyList<string> To, Guid? CampaignId = null);
