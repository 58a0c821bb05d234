using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Tideline.Contracts.Notifications;
using Tideline.Notifications.Delivery;
using Tideline.Notifications.Templates;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Notifications.Previews;

internal static class PreviewEndpoints
{
    public static void MapPreview(this RouteGroupBuilder api) =>
        api.MapPost("/preview", Preview).WithTags("Templates").WithName("previewMessage").Requires("brands:read");

    public static void MapPreviewForServices(this RouteGroupBuilder routes) =>
        routes.MapPost("/preview", PreviewForService).RequiresService("campaigns", "journeys", "brands");

    /// <summary>Show a message as its recipient would see it, in a brand's layout.</summary>
    private static Task<Ok<PreviewAnswer>> Preview(PreviewInput body, Senders senders, PreparedTemplates prepared, CancellationToken ct) =>
        RenderAsync(new PreviewRequest(body.BrandId, body.Subject ?? "", body.Preheader, body.Html, body.Text, body.Variables ?? new Dictionary<string, string>()), senders, prepared, ct);

    private static Task<Ok<PreviewAnswer>> PreviewForService(PreviewRequest body, Senders senders, PreparedTemplates prepared, CancellationToken ct) =>
        RenderAsync(body, senders, prepared, ct);

    private static async Task<Ok<PreviewAnswer>> RenderAsync(PreviewRequest request, Senders senders, PreparedTemplates prepared, CancellationToken ct)
    {
        var content = new EmailContent(request.Subject, request.Preheader, request.Html, request.Text);
        var problems = TemplateProblems.Of(content, [.. MessageVariables.OfCampaigns, .. request.Variables.Keys]);
        try
        {
            var sender = await senders.TryFindAsync(request.BrandId, orDefault: false, ct) ?? throw Problem.NotFound("brand");
            using var rendered = new RenderedEmail();
            // Nobody's address: the link of a preview leads nowhere.
            prepared.Prepare(content, sender).Render(MessageVariables.Of(request.Variables!, "#"), rendered);
            return TypedResults.Ok(new PreviewAnswer(rendered.Subject, rendered.Html.ToString(), rendered.Text.ToString(), problems));
        }
        catch (Exception e) when (e is UnsendableException or TemplateLimitException)
        {
            if (problems.Count == 0) problems = [new("html", e.Message)];
            return TypedResults.Ok(new PreviewAnswer("", "", "", problems));
        }
    }
}

/// <summary>A message to show. Subject and bodies are Handlebars.</summary>
public sealed record PreviewInput
{
    /// <summary>The workspace's default brand when absent.</summary>
    public Guid? BrandId { get; init; }
    /// <summary>Subject.</summary>
    [MaxLength(2_000)] public string? Subject { get; init; }
    /// <summary>What mail clients show behind the subject.</summary>
    [MaxLength(2_000)] public string? Preheader { get; init; }
    /// <summary>The body; the brand's layout goes around it.</summary>
    [Required, MaxLength(500_000)] public required string Html { get; init; }
    /// <summary>Plain text; made from the HTML when absent.</summary>
    [MaxLength(500_000)] public string? Text { get; init; }
    /// <summary>What the templates may name.</summary>
    public Dictionary<string, string>? Variables { get; init; }
}
