using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Tideline.Contracts;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Campaigns.Audiences;

internal static class AudienceEndpoints
{
    private const int SampleSize = 10;

    // People wait for the answer. Larger audiences are counted when they are frozen.
    private const int MostLeads = 200_000;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    public static void MapAudience(this RouteGroupBuilder api) =>
        api.MapPost("/audience/preview", Preview).WithName("previewAudience").WithTags("Campaigns").Requires("campaigns:read");

    /// <summary>How many people an audience reaches, who is left out and why, and a sample. Counted exactly up to 200,000 leads.</summary>
    private static async Task<Ok<AudiencePreview>> Preview(AudiencePreviewInput body, People people, CancellationToken ct)
    {
        var audience = body.Audience.Normalise();
        var count = new AudienceCounter();
        var started = Stopwatch.GetTimestamp();
        Guid? after = null;
        try
        {
            while (true)
            {
                var page = await people.PageAsync(audience, after, People.PageSize, ct);
                count.Add(page);
                if (page.Count < People.PageSize) return TypedResults.Ok(count.Answer(isComplete: true));
                if (count.Leads >= MostLeads || Stopwatch.GetElapsedTime(started) > Longest) return TypedResults.Ok(count.Answer(isComplete: false));
                after = page[^1].Lead.LeadId;
            }
        }
        catch (ServiceCallException e) when (e.Status is System.Net.HttpStatusCode.BadRequest)
        {
            throw Problem.Invalid("audience", "Leads cannot be filtered like this: " + e.Message);
        }
    }

    private sealed class AudienceCounter
    {
        private readonly HashSet<string> _addresses = new(StringComparer.Ordinal);
        private readonly HashSet<Guid> _customers = [];
        private readonly HashSet<string> _allAddresses = new(StringComparer.Ordinal);
        private readonly HashSet<Guid> _allCustomers = [];
        private readonly List<AudienceSample> _sample = [];
        private long _people, _reachable, _noEmail, _suppressed, _noConsent, _duplicate;

        public long Leads { get; private set; }

        public void Add(IReadOnlyList<Person> page)
        {
            foreach (var (lead, blocked) in page)
            {
                Leads++;
                if (IsNew(_allAddresses, _allCustomers, lead.Email, lead.CustomerId)) _people++;
                switch (blocked)
                {
                    case null when IsNew(_addresses, _customers, lead.Email, lead.CustomerId):
                        _reachable++;
                        if (_sample.Count < SampleSize) _sample.Add(new AudienceSample(lead.LeadId, lead.CustomerId, lead.Email!, lead.DisplayName));
                        break;
                    case null:
                        _duplicate++;
                        break;
                    case People.NoEmail:
                        _noEmail++;
                        break;
                    case People.NoConsent:
                        _noConsent++;
                        break;
                    default:
                        _suppressed++;
                        break;
                }
            }
        }

        public AudiencePreview Answer(bool isComplete) =>
            new(Leads, _people, _reachable, new AudienceExclusions(_noEmail, _suppressed, _noConsent, _duplicate), _sample, isComplete ? null : true);

        // As the unique indexes of the recipients have it: neither the address nor the customer may be there already.
        private static bool IsNew(HashSet<string> addresses, HashSet<Guid> customers, string? address, Guid? customer)
        {
            if ((address is not null && addresses.Contains(address)) || (customer is { } known && customers.Contains(known))) return false;
            if (address is not null) addresses.Add(address);
            if (customer is { } id) customers.Add(id);
            return true;
        }
    }
}

/// <summary>An audience to count.</summary>
public sealed record AudiencePreviewInput(Audience Audience);

/// <summary>Whom an audience reaches. <see cref="Leads"/> is the sum of <see cref="Reachable"/> and all of <see cref="Excluded"/>.</summary>
/// <param name="Leads">Leads that the filters leave.</param>
/// <param name="People">Different people among them.</param>
/// <param name="Reachable">People who will get the message.</param>
/// <param name="Excluded">Leads that will not, by reason.</param>
/// <param name="Sample">Some who will.</param>
/// <param name="Partial">True when there are more leads than were counted.</param>
public sealed record AudiencePreview(long Leads, long People, long Reachable, AudienceExclusions Excluded, IReadOnlyList<AudienceSample> Sample, bool? Partial);

/// <summary>Leads that get nothing. Who unsubscribed counts as suppressed; a duplicate is a person who gets the message by another lead.</summary>
public sealed record AudienceExclusions(long NoEmail, long Suppressed, long NoConsent, long Duplicate);

/// <summary>One who will get the message.</summary>
public sealed record AudienceSample(Guid LeadId, Guid? CustomerId, string Email, string DisplayName);
