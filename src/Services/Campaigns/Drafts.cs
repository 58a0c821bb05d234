using Microsoft.Extensions.Logging;
using Tideline.Campaigns.Audiences;
using Tideline.Contracts;
using Tideline.Contracts.Brands;
using Tideline.Contracts.Leads;
using Tideline.Contracts.Notifications;
using Tideline.Platform.Api;

namespace Tideline.Campaigns;

/// <summary>Takes over what a client states of a draft, checked.</summary>
internal sealed class Drafts(Readiness readiness, BrandsClient brands, LeadsClient leads, TimeProvider clock, ILogger<Drafts> log)
{
    /// <exception cref="Problem">400 or 422, with every field that is wrong.</exception>
    public async Task ApplyAsync(Campaign campaign, CampaignInput input, bool isNew, CancellationToken ct)
    {
        var errors = new Dictionary<string, string[]>();
        if (isNew || input.Name is not null) campaign.Name = Line("name", input.Name, "A name is needed.");
        if (isNew || input.Subject is not null) campaign.Subject = Line("subject", input.Subject, "A subject is needed.");
        if (input.Channel is not null and not "email") errors["channel"] = ["Must be email."];
        if (input.StatesPreheader) campaign.Preheader = string.IsNullOrWhiteSpace(input.Preheader) ? null : Line("preheader", input.Preheader, "");
        if (input.Html is not null) campaign.Html = input.Html;
        if (input.StatesText) campaign.Text = string.IsNullOrWhiteSpace(input.Text) ? null : input.Text;
        if (input.StatesThrottle) campaign.ThrottlePerMinute = input.ThrottlePerMinute;
        if (errors.Count > 0) throw Problem.Invalid(errors);

        if (input.StatesScheduleAt) campaign.ScheduleAt = input.ScheduleAt is { } at ? Time(at, "scheduleAt", clock.GetUtcNow()) : null;
        if (input.Audience is { } audience) campaign.Audience = await CheckedAsync(audience.Normalise(), ct);
        if (input.BrandId is { } brandId)
        {
            if (await readiness.BrandProblemAsync(brandId, ct) is { } wrong) throw Readiness.Unready("brandId", wrong);
            campaign.BrandId = brandId;
        }
        else if (isNew)
        {
            campaign.BrandId = (await brands.DefaultAsync(ct))?.Id ?? throw Readiness.Unready("brandId", "The workspace has no default brand; name one.");
        }

        string Line(string field, string? text, string missing)
        {
            var line = text?.Trim() ?? "";
            if (line.Length == 0) errors[field] = [missing];
            else if (line.Any(char.IsControl)) errors[field] = ["Must be one line."];
            return line;
        }
    }

    /// <summary>What is wrong with the templates; null when that cannot be told now, which keeps nobody from saving.</summary>
    public async Task<IReadOnlyList<TemplateProblem>?> ProblemsAsync(Campaign campaign, CancellationToken ct)
    {
        if (campaign.Html.Length == 0) return null;
        try
        {
            return await readiness.TemplateProblemsAsync(campaign, ct);
        }
        catch (Exception e) when (e is HttpRequestException or ServiceCallException or Polly.ExecutionRejectedException)
        {
            log.LogWarning("Templates of campaign {Campaign} could not be checked: {Reason}", campaign.Id, e.Message);
            return null;
        }
    }

    /// <summary>A time at which a campaign may start.</summary>
    /// <exception cref="Problem">422: it has passed, or is too far away.</exception>
    public static DateTimeOffset Time(DateTimeOffset at, string field, DateTimeOffset now)
    {
        if (at <= now) throw Readiness.Unready(field, "This time has passed.");
        if (at > now.AddYears(2)) throw Readiness.Unready(field, "May be two years from now at most.");
        // What the database and the scheduler can tell apart.
        return new DateTimeOffset(at.UtcTicks / TimeSpan.TicksPerMillisecond * TimeSpan.TicksPerMillisecond, TimeSpan.Zero);
    }

    // Only leads knows what a filter may hold; whoever asks it for one lead has asked for its opinion.
    private async Task<Audience> CheckedAsync(Audience audience, CancellationToken ct)
    {
        try
        {
            await leads.AudienceAsync(new AudienceRequest(audience.LeadFilter, audience.Exclude, null, 1), ct);
        }
        catch (ServiceCallException e) when (e.Status is System.Net.HttpStatusCode.BadRequest)
        {
            throw Problem.Invalid("audience", "Leads cannot be filtered like this: " + e.Message);
        }
        catch (Exception e) when (e is HttpRequestException or ServiceCallException or Polly.ExecutionRejectedException)
        {
            log.LogWarning("An audience could not be checked: {Reason}", e.Message);
        }
        return audience;
    }
}
