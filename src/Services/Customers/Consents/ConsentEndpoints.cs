using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Customers.Consents;

internal static class ConsentEndpoints
{
    internal static readonly string[] Channels = ["email", "sms", "voicemail", "push"];

    public static void MapConsents(this RouteGroupBuilder api)
    {
        var consents = api.MapGroup("/customers/{id:guid}/consents").WithTags("Consents");
        consents.MapGet("/", List).WithName("listConsents").Requires("customers:read");
        consents.MapPut("/", State).WithName("stateConsent").Requires("customers:write");
    }

    /// <summary>What a person has said about each of their addresses: the newest statement a channel and topic, or unknown.</summary>
    private static async Task<Ok<List<ConsentView>>> List(Guid id, CustomersDb db, CancellationToken ct)
    {
        await CustomerEndpoints.FindAsync(db, id, ct);
        return TypedResults.Ok(await ViewsAsync(db, id, ct));
    }

    /// <summary>Record what a person has said, for all their addresses of a channel.</summary>
    private static async Task<Ok<List<ConsentView>>> State(Guid id, ConsentInput body, CustomersDb db, ConsentBook book, TimeProvider clock, CancellationToken ct)
    {
        if (!Channels.Contains(body.Channel)) throw Problem.Invalid("channel", "Must be email, sms, voicemail or push.");
        if (body.State is not ("granted" or "denied")) throw Problem.Invalid("state", "Must be granted or denied.");
        await CustomerEndpoints.FindAsync(db, id, ct);
        var kind = body.Channel == "email" ? "email" : "phone";
        var addresses = await db.Addresses.Where(a => a.CustomerId == id && a.Kind == kind).Select(a => a.Value).ToListAsync(ct);
        if (addresses.Count == 0) throw Problem.Invalid("channel", "The person has no address for this channel.");
        foreach (var address in addresses)
        {
            await book.StateAsync(body.Channel, body.Topic ?? Consent.Marketing, address, id, body.State, "recorded by a user", body.Wording, clock.GetUtcNow(), ct);
            // A person who agrees again takes back their own unsubscribing, but never a bounce or a complaint.
            if (body.State == "granted" && await db.Suppressions.SingleOrDefaultAsync(s => s.Channel == body.Channel && s.Address == address && s.Reason == "unsubscribe", ct) is { } suppression)
                book.Release(suppression);
        }
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(await ViewsAsync(db, id, ct));
    }

    private static async Task<List<ConsentView>> ViewsAsync(CustomersDb db, Guid customer, CancellationToken ct)
    {
        var addresses = await db.Addresses.AsNoTracking().Where(a => a.CustomerId == customer).ToListAsync(ct);
        var values = addresses.Select(a => a.Value).ToList();
        var stated = await db.Consents.AsNoTracking().Where(c => values.Contains(c.Address)).OrderByDescending(c => c.At).ToListAsync(ct);
        var newest = stated.GroupBy(c => (c.Channel, c.Topic, c.Address)).Select(g => g.First())
            .Select(c => new ConsentView(c.Channel, c.Topic, c.State, c.Address, c.Source, c.At)).ToList();
        foreach (var address in addresses.Where(a => a.Kind == "email" && !newest.Any(n => n.Address == a.Value)))
            newest.Add(new ConsentView("email", Consent.Marketing, "unknown", address.Value, null, null));
        return newest;
    }
}

/// <summary>A statement to record. <c>topic</c> is <c>marketing</c> when absent.</summary>
public sealed record ConsentInput(string Channel, string State, [MaxLength(100)] string? Topic = null, [MaxLength(2000)] string? Wording = null);

/// <summary>The newest statement about an address: <c>granted</c>, <c>denied</c> or <c>unknown</c>.</summary>
public sealed record ConsentView(string Channel, string Topic, string State, string Address, string? Source, DateTimeOffset? At);
