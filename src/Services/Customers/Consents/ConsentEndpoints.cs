using System.ComponentModel.DataAnnotations;
using System.Net;
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

    /// <summary>What a person has said about each of their addresses: the newest statement a channel and topic, or unknown. With history: every statement, newest first.</summary>
    private static async Task<Ok<List<ConsentView>>> List(Guid id, CustomersDb db, bool? history, CancellationToken ct)
    {
        await CustomerEndpoints.FindAsync(db, id, ct);
        return TypedResults.Ok(await ViewsAsync(db, id, history == true, ct));
    }

    /// <summary>Record what a person has said, for all their addresses of a channel.</summary>
    private static async Task<Ok<List<ConsentView>>> State(Guid id, ConsentInput body, CustomersDb db, ConsentBook book, TimeProvider clock, CancellationToken ct)
    {
        if (!Channels.Contains(body.Channel)) throw Problem.Invalid("channel", "Must be email, sms, voicemail or push.");
        if (body.State is not ("granted" or "denied")) throw Problem.Invalid("state", "Must be granted or denied.");
        var ip = string.IsNullOrWhiteSpace(body.Ip) ? null : IPAddress.TryParse(body.Ip.Trim(), out var read) ? read.ToString() : throw Problem.Invalid("ip", "Must be an IP address.");
        await CustomerEndpoints.FindAsync(db, id, ct);
        var kind = body.Channel == "email" ? "email" : "phone";
        var addresses = await db.Addresses.Where(a => a.CustomerId == id && a.Kind == kind).Select(a => a.Value).ToListAsync(ct);
        if (addresses.Count == 0) throw Problem.Invalid("channel", "The person has no address for this channel.");
        foreach (var address in addresses)
        {
            await book.StateAsync(new Consent
            {
                TenantId = db.Caller.TenantId,
                Channel = body.Channel,
                Topic = Said(body.Topic) ?? Consent.Marketing,
                Address = address,
                CustomerId = id,
                State = body.State,
                Source = Said(body.Source) ?? "recorded by a user",
                Wording = Said(body.Wording),
                Ip = ip,
                RecordedBy = db.Caller.UserId,
                At = clock.GetUtcNow(),
            }, ct);
            // A person who agrees again takes back their own unsubscribing, but never a bounce or a complaint.
            if (body.State == "granted" && await db.Suppressions.SingleOrDefaultAsync(s => s.Channel == body.Channel && s.Address == address && s.Reason == "unsubscribe", ct) is { } suppression)
                book.Release(suppression);
        }
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(await ViewsAsync(db, id, false, ct));
    }

    private static string? Said(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static async Task<List<ConsentView>> ViewsAsync(CustomersDb db, Guid customer, bool history, CancellationToken ct)
    {
        var addresses = await db.Addresses.AsNoTracking().Where(a => a.CustomerId == customer).ToListAsync(ct);
        var values = addresses.Select(a => a.Value).ToList();
        var stated = await db.Consents.AsNoTracking().Where(c => values.Contains(c.Address)).OrderByDescending(c => c.At).ThenByDescending(c => c.Id).ToListAsync(ct);
        if (history) return [.. stated.Select(ConsentView.Of)];
        var newest = stated.GroupBy(c => (c.Channel, c.Topic, c.Address)).Select(g => g.First())
            .Select(ConsentView.Of).ToList();
        foreach (var address in addresses.Where(a => a.Kind == "email" && !newest.Any(n => n.Address == a.Value)))
            newest.Add(new ConsentView("email", Consent.Marketing, "unknown", address.Value, null, null));
        return newest;
    }
}

/// <summary>A statement to record. <c>topic</c> is <c>marketing</c> when absent; wording, source and ip are its proof.</summary>
public sealed record ConsentInput(
    string Channel, string State, [MaxLength(100)] string? Topic = null, [MaxLength(2000)] string? Wording = null, [MaxLength(200)] string? Source = null,
    [MaxLength(45)] string? Ip = null);

/// <summary>The newest statement about an address: <c>granted</c>, <c>denied</c> or <c>unknown</c>.</summary>
public sealed record ConsentView(
    string Channel, string Topic, string State, string Address, string? Source, DateTimeOffset? At, string? Wording = null, string? Ip = null, Guid? RecordedBy = null)
{
    internal static ConsentView Of(Consent c) => new(c.Channel, c.Topic, c.State, c.Address, c.Source, c.At, c.Wording, c.Ip, c.RecordedBy);
}
