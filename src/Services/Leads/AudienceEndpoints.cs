using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Leads;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Leads;

/// <summary>Leads as the audience of campaigns.</summary>
internal static class AudienceEndpoints
{
    private const int MaxPage = 5000;

    public static void MapAudience(this RouteGroupBuilder routes)
    {
        var audience = routes.MapGroup("/audience").RequiresService("campaigns", "journeys", "notifications");
        audience.MapPost("/", Page);
        audience.MapPost("/count", Count);
        audience.MapGet("/{id:guid}", Find);
    }

    private static async Task<Ok<AudiencePage>> Page(AudienceRequest body, LeadsDb db, CancellationToken ct)
    {
        if (body.Limit is < 1 or > MaxPage) throw Problem.Invalid("limit", $"Must be between 1 and {MaxPage}.");
        var leads = Of(body.Filter).Apply(db.Leads.AsNoTracking());
        if (body.Exclude is { } exclude)
        {
            var excluded = Of(exclude).Apply(db.Leads.AsNoTracking()).Select(l => l.Id);
            leads = leads.Where(l => !excluded.Contains(l.Id));
        }
        if (body.After is { } after) leads = leads.Where(l => l.Id > after);
        var rows = await leads.OrderBy(l => l.Id).Take(body.Limit).ToListAsync(ct);
        return TypedResults.Ok(new AudiencePage([.. rows.Select(Member)]));
    }

    private static async Task<Ok<AudienceCount>> Count(AudienceFilter body, LeadsDb db, CancellationToken ct) =>
        TypedResults.Ok(new AudienceCount(await Of(body).Apply(db.Leads).LongCountAsync(ct)));

    private static async Task<Results<Ok<AudienceMember>, NotFound>> Find(Guid id, LeadsDb db, CancellationToken ct) =>
        await db.Leads.AsNoTracking().SingleOrDefaultAsync(l => l.Id == id, ct) is { } lead ? TypedResults.Ok(Member(lead)) : TypedResults.NotFound();

    private static LeadFilter Of(AudienceFilter filter) => new()
    {
        Q = filter.Q,
        Status = filter.Status,
        StageIds = filter.StageIds,
        OwnerIds = filter.OwnerIds,
        Sources = filter.Sources,
        CreatedFrom = filter.CreatedFrom,
        CreatedTo = filter.CreatedTo,
        ImportId = filter.ImportId,
    };

    private static AudienceMember Member(Lead lead) => new()
    {
        LeadId = lead.Id,
        CustomerId = lead.CustomerId,
        Email = lead.Email ?? lead.Email2,
        Phone = lead.Phone ?? lead.Phone2,
        DisplayName = lead.DisplayName,
        FirstName = lead.FirstName,
        LastName = lead.LastName,
        Company = lead.Company,
        Country = lead.Country,
        Website = lead.Website,
        Source = lead.Source,
        Custom = lead.Custom.Count == 0 ? null : lead.Custom,
    };
}
