using Tideline.Contracts.Customers;
using Tideline.Contracts.Leads;

namespace Tideline.Campaigns.Audiences;

/// <summary>A lead of the audience; with the reason when nothing may be sent to it.</summary>
internal sealed record Person(AudienceMember Lead, string? Blocked);

/// <summary>Walks through an audience page by page, and looks up whom may be written to.</summary>
internal sealed class People(LeadsClient leads, CustomersClient customers)
{
    /// <summary>Leads a page: what leads and customers answer at most.</summary>
    public const int PageSize = 5000;

    public const string NoEmail = "no_email";
    public const string NoConsent = "no_consent";
    public const string Duplicate = "duplicate";

    /// <summary>The leads after one, in the order of their ids. A page that is not full is the last.</summary>
    public async Task<IReadOnlyList<Person>> PageAsync(Audience audience, Guid? after, int size, CancellationToken ct)
    {
        var page = await leads.AudienceAsync(new AudienceRequest(audience.LeadFilter, audience.Exclude, after, size), ct);
        var addresses = page.Members.Select(m => m.Email).OfType<string>().Distinct().ToList();
        var blocked = addresses.Count == 0
            ? new Dictionary<string, string>()
            : (await customers.ReachabilityAsync(new ReachabilityRequest("email", addresses), ct)).Blocked;
        return [.. page.Members.Select(m => new Person(m, m.Email is null ? NoEmail : blocked.GetValueOrDefault(m.Email)))];
    }
}
