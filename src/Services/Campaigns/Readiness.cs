using Tideline.Campaigns.Audiences;
using Tideline.Campaigns.Content;
using Tideline.Contracts;
using Tideline.Contracts.Brands;
using Tideline.Contracts.Notifications;
using Tideline.Platform.Api;

namespace Tideline.Campaigns;

/// <summary>Looks for what would keep a campaign from being sent, by the field to be changed.</summary>
internal sealed class Readiness(BrandsClient brands, NotificationsClient notifications, People people)
{
    // Enough to tell a wrong filter; the few campaigns whose first hundred thousand leads are all unreachable end with everybody skipped.
    private const int MostPages = 20;

    /// <summary>Everything that is wrong; empty when it can be sent.</summary>
    public async Task<Dictionary<string, string[]>> ProblemsAsync(Campaign campaign, bool withAudience, CancellationToken ct)
    {
        var problems = await MessageProblemsAsync(campaign, ct);
        if (withAudience && await AudienceProblemAsync(campaign.Audience, ct) is { } empty) problems["audience"] = [empty];
        return problems;
    }

    /// <summary>What is wrong with brand, subject and templates.</summary>
    public async Task<Dictionary<string, string[]>> MessageProblemsAsync(Campaign campaign, CancellationToken ct)
    {
        var problems = new Dictionary<string, string[]>();
        if (campaign.Subject.Length == 0) problems["subject"] = ["A subject is needed."];
        if (string.IsNullOrWhiteSpace(campaign.Html)) problems["html"] = ["The message is empty."];
        if (await BrandProblemAsync(campaign.BrandId, ct) is { } wrong) problems["brandId"] = [wrong];
        if (problems.Count > 0) return problems;
        foreach (var part in (await TemplateProblemsAsync(campaign, ct)).GroupBy(FieldOf)) problems[part.Key] = [.. part.Select(p => p.Message)];
        return problems;
    }

    /// <summary>Why messages cannot be sent in the name of this brand; null when they can.</summary>
    public async Task<string?> BrandProblemAsync(Guid brandId, CancellationToken ct)
    {
        if (await brands.FindAsync(brandId, ct) is not { } brand) return "There is no such brand.";
        return string.IsNullOrWhiteSpace(brand.FromEmail) || string.IsNullOrWhiteSpace(brand.FromName) ? "The brand has no sender: give it a name and an address." : null;
    }

    /// <summary>What is wrong with the templates.</summary>
    public async Task<IReadOnlyList<TemplateProblem>> TemplateProblemsAsync(Campaign campaign, CancellationToken ct) =>
        (await notifications.PreviewAsync(new PreviewRequest(
            campaign.BrandId, campaign.Subject, campaign.Preheader, campaign.Html, campaign.Text, Variables.Example), ct)).Problems;

    /// <summary>422 that names a field.</summary>
    public static Problem Unready(string field, string message) => Unready(new Dictionary<string, string[]> { [field] = [message] });

    /// <summary>422 that names the fields.</summary>
    public static Problem Unready(IReadOnlyDictionary<string, string[]> problems) =>
        new(422, "campaign_not_ready", "The campaign cannot be sent like this.", Sentence(problems)) { Errors = problems };

    /// <summary>The problems in one line.</summary>
    public static string Sentence(IReadOnlyDictionary<string, string[]> problems) => string.Join(" ", problems.Select(p => $"{p.Key}: {string.Join(" ", p.Value)}"));

    private async Task<string?> AudienceProblemAsync(Audience audience, CancellationToken ct)
    {
        Guid? after = null;
        try
        {
            for (var i = 0; i < MostPages; i++)
            {
                var page = await people.PageAsync(audience, after, i == 0 ? 200 : People.PageSize, ct);
                if (page.Any(p => p.Blocked is null)) return null;
                if (page.Count < (i == 0 ? 200 : People.PageSize)) return after is null && page.Count == 0 ? "No lead matches." : "None of the leads can be written to.";
                after = page[^1].Lead.LeadId;
            }
        }
        catch (ServiceCallException e) when (e.Status is System.Net.HttpStatusCode.BadRequest)
        {
            return "Leads cannot be filtered like this: " + e.Message;
        }
        return null;
    }

    private static string FieldOf(TemplateProblem problem)
    {
        var part = problem.Where.Split(',', ' ', ':')[0];
        return part is "subject" or "preheader" or "text" ? part : "html";
    }
}
