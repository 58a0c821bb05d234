using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Leads;
using Tideline.Contracts.Notifications;
using Tideline.Platform.Api;
using Tideline.Platform.Security;
using Tideline.Platform.Text;

namespace Tideline.Campaigns.Content;

internal static class ContentEndpoints
{
    private const int MostTests = 5;

    public static void MapContent(this RouteGroupBuilder api)
    {
        api.MapPost("/preview", Preview).WithName("previewCampaign").WithTags("Campaigns").Requires("campaigns:read");
        api.MapPost("/campaigns/{id:guid}/test", Test).WithName("testCampaign").WithTags("Campaigns").Requires("campaigns:write").Idempotent<CampaignsDb>();
    }

    /// <summary>The message as a lead would get it (an example person without <c>leadId</c>), and what is wrong with its templates.</summary>
    private static async Task<Ok<PreviewAnswer>> Preview(
        MessagePreviewInput body, Readiness readiness, LeadsClient leads, NotificationsClient notifications, CancellationToken ct)
    {
        if (body.BrandId is { } brand && await readiness.BrandProblemAsync(brand, ct) is { } wrong) throw Readiness.Unready("brandId", wrong);
        var variables = await VariablesAsync(leads, body.LeadId, ct);
        return TypedResults.Ok(await notifications.PreviewAsync(
            new PreviewRequest(body.BrandId, body.Subject, Clean(body.Preheader), body.Html, Clean(body.Text), variables), ct));
    }

    /// <summary>Send the message to up to five addresses, as if they were a lead. It counts nowhere.</summary>
    private static async Task<Accepted> Test(
        Guid id, TestInput body, CampaignsDb db, Readiness readiness, LeadsClient leads, NotificationsClient notifications, CancellationToken ct)
    {
        if (body.To.Count is 0 or > MostTests) throw Problem.Invalid("to", $"Must hold 1 to {MostTests} addresses.");
        var to = body.To.Select((typed, i) => EmailAddress.Parse(typed) is var read && read.Canonical is { } address
            ? address : throw Problem.Invalid($"to[{i}]", read.Reason ?? "Not an e-mail address.")).Distinct().ToList();
        var campaign = await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) ?? throw Problem.NotFound("campaign");
        var problems = await readiness.MessageProblemsAsync(campaign, ct);
        if (problems.Count > 0) throw Readiness.Unready(problems);
        var message = new PreviewRequest(
            campaign.BrandId, campaign.Subject, campaign.Preheader, campaign.Html, campaign.Text, await VariablesAsync(leads, body.LeadId, ct));
        await notifications.SendTestAsync(new TestSend(message, to, campaign.Id), ct);
        return TypedResults.Accepted((string?)null);
    }

    private static async Task<IReadOnlyDictionary<string, string>> VariablesAsync(LeadsClient leads, Guid? leadId, CancellationToken ct) =>
        leadId is { } id ? Variables.Of(await leads.FindAsync(id, ct) ?? throw Problem.NotFound("lead")) : Variables.Example;

    private static string? Clean(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}

/// <summary>A message to show.</summary>
public sealed record MessagePreviewInput
{
    /// <summary>The default brand when absent.</summary>
    public Guid? BrandId { get; init; }
    /// <summary>Subject line, Handlebars.</summary>
    [MaxLength(500)] public required string Subject { get; init; }
    /// <summary>Line after the subject, Handlebars.</summary>
    [MaxLength(500)] public string? Preheader { get; init; }
    /// <summary>Body, Handlebars.</summary>
    [MaxLength(500_000)] public required string Html { get; init; }
    /// <summary>Plain text, Handlebars.</summary>
    [MaxLength(200_000)] public string? Text { get; init; }
    /// <summary>As if for this lead.</summary>
    public Guid? LeadId { get; init; }
}

/// <summary>Where to send a test, and as if for which lead.</summary>
public sealed record TestInput(IReadOnlyList<string> To, Guid? LeadId = null);
