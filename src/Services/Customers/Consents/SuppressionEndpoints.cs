using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Customers;
using Tideline.Platform.Api;
using Tideline.Platform.Security;
using Tideline.Platform.Text;

namespace Tideline.Customers.Consents;

internal static class SuppressionEndpoints
{
    public static void MapSuppressions(this RouteGroupBuilder api)
    {
        var suppressions = api.MapGroup("/suppressions").WithTags("Consents");
        suppressions.MapGet("/", List).WithName("listSuppressions").Requires("customers:read");
        suppressions.MapPost("/", Add).WithName("addSuppression").Requires("customers:write").Idempotent<CustomersDb>();
        suppressions.MapDelete("/{id:guid}", Remove).WithName("removeSuppression").Requires("customers:write");
    }

    public static void MapReachability(this RouteGroupBuilder routes) =>
        routes.MapPost("/reachability", Reachability).RequiresService("campaigns", "journeys", "notifications");

    /// <summary>Addresses that are never written to, newest first.</summary>
    private static async Task<Ok<Page<SuppressionView>>> List(CustomersDb db, string? channel, string? q, int? limit, string? cursor, CancellationToken ct)
    {
        var size = Limit.Of(limit);
        var suppressions = db.Suppressions.AsNoTracking();
        if (channel is not null) suppressions = suppressions.Where(s => s.Channel == channel);
        if (!string.IsNullOrWhiteSpace(q)) suppressions = suppressions.Where(s => s.Address.Contains(q.Trim().ToLowerInvariant()));
        if (Cursor.TimeAndId(cursor) is var (at, last)) suppressions = suppressions.Where(s => s.CreatedAt < at || (s.CreatedAt == at && s.Id < last));
        var rows = await suppressions.OrderByDescending(s => s.CreatedAt).ThenByDescending(s => s.Id).Take(size + 1).ToListAsync(ct);
        var page = Page<Suppression>.Of(rows, size, s => [s.CreatedAt, s.Id]);
        return TypedResults.Ok(new Page<SuppressionView>([.. page.Data.Select(SuppressionView.Of)], page.Next));
    }

    /// <summary>Never write to an address again. One that is suppressed already stays so.</summary>
    private static async Task<Created<SuppressionView>> Add(SuppressionInput body, CustomersDb db, ConsentBook book, CancellationToken ct)
    {
        if (body.Channel is not ("email" or "sms")) throw Problem.Invalid("channel", "Must be email or sms.");
        var canonical = body.Channel == "email" ? EmailAddress.Parse(body.Address).Canonical : PhoneNumber.Parse(body.Address).Canonical;
        if (canonical is null) throw Problem.Invalid("address", body.Channel == "email" ? "Must be an e-mail address." : "Must be a phone number with its country code.");
        if (body.Reason is not ("manual" or "import" or "complaint" or "bounce" or "unsubscribe")) throw Problem.Invalid("reason", "Must be manual, import, complaint, bounce or unsubscribe.");
        var suppression = await book.SuppressAsync(body.Channel, canonical, body.Reason, db.Caller.UserId, ct);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/customers/suppressions/{suppression.Id}", SuppressionView.Of(suppression));
    }

    /// <summary>Allow an address again.</summary>
    private static async Task<NoContent> Remove(Guid id, CustomersDb db, ConsentBook book, CancellationToken ct)
    {
        var suppression = await db.Suppressions.SingleOrDefaultAsync(s => s.Id == id, ct) ?? throw Problem.NotFound("suppression");
        book.Release(suppression);
        await db.SaveChangesAsync(ct);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<ReachabilityAnswer>> Reachability(ReachabilityRequest body, CustomersDb db, CancellationToken ct)
    {
        if (body.Addresses.Count > 5000) throw Problem.Invalid("addresses", "May hold 5,000.");
        var suppressed = await db.Suppressions.Where(s => s.Channel == body.Channel && body.Addresses.Contains(s.Address))
            .Select(s => new { s.Address, s.Reason }).ToListAsync(ct);
        var topic = body.Topic ?? Consent.Marketing;
        var stated = await db.Consents.Where(c => c.Channel == body.Channel && c.Topic == topic && body.Addresses.Contains(c.Address))
            .Select(c => new { c.Address, c.State, c.At }).ToListAsync(ct);
        var denied = stated.GroupBy(c => c.Address).Where(g => g.MaxBy(c => c.At)!.State == "denied").Select(g => g.Key);
        var blocked = suppressed.ToDictionary(s => s.Address, s => s.Reason == "unsubscribe" ? "unsubscribed" : "suppressed");
        foreach (var address in denied) blocked.TryAdd(address, "no_consent");
        return TypedResults.Ok(new ReachabilityAnswer(blocked));
    }
}

/// <summary>An address to suppress. <c>reason</c> says why: manual, import, complaint, bounce or unsubscribe.</summary>
public sealed record SuppressionInput(string Channel, [Required, MaxLength(320)] string Address, string Reason = "manual");

/// <summary>A suppressed address.</summary>
public sealed record SuppressionView(Guid Id, string Channel, string Address, string Reason, Guid? CreatedBy, DateTimeOffset CreatedAt)
{
    internal static SuppressionView Of(Suppression s) => new(s.Id, s.Channel, s.Address, s.Reason, s.CreatedBy, s.CreatedAt);
}
