using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Customers;

internal static class CustomerEndpoints
{
    public static void MapCustomers(this RouteGroupBuilder api)
    {
        var customers = api.MapGroup("/customers").WithTags("Customers");
        customers.MapGet("/", List).WithName("listCustomers").Requires("customers:read");
        customers.MapGet("/{id:guid}", Get).WithName("getCustomer").Requires("customers:read");
        customers.MapGet("/{id:guid}/timeline", Timeline).WithName("listCustomerTimeline").Requires("customers:read");
    }

    /// <summary>People, newest first; <c>q</c> looks in names, companies and addresses.</summary>
    private static async Task<Ok<Page<CustomerView>>> List(CustomersDb db, string? q, int? limit, string? cursor, CancellationToken ct)
    {
        var size = Limit.Of(limit);
        var customers = db.Customers.AsNoTracking();
        if (q is { Length: > 200 }) throw Problem.Invalid("q", "May have 200 characters.");
        foreach (var word in (q ?? "").ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(8))
        {
            var pattern = "%" + word.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_") + "%";
            customers = customers.Where(c => EF.Functions.Like(c.Search, pattern, "\\"));
        }
        if (Cursor.TimeAndId(cursor) is var (at, last)) customers = customers.Where(c => c.CreatedAt < at || (c.CreatedAt == at && c.Id < last));
        var rows = await customers.OrderByDescending(c => c.CreatedAt).ThenByDescending(c => c.Id).Take(size + 1).ToListAsync(ct);
        var page = Page<Customer>.Of(rows, size, c => [c.CreatedAt, c.Id]);
        return TypedResults.Ok(new Page<CustomerView>(await ViewsAsync(db, page.Data, ct), page.Next));
    }

    /// <summary>One person.</summary>
    private static async Task<Ok<CustomerView>> Get(Guid id, CustomersDb db, CancellationToken ct)
    {
        var customer = await FindAsync(db, id, ct);
        return TypedResults.Ok((await ViewsAsync(db, [customer], ct))[0]);
    }

    /// <summary>What happened to a person, newest first.</summary>
    private static async Task<Ok<Page<TimelineEntry>>> Timeline(Guid id, CustomersDb db, int? limit, string? cursor, CancellationToken ct)
    {
        var size = Limit.Of(limit);
        await FindAsync(db, id, ct);
        var events = db.Events.AsNoTracking().Where(e => e.CustomerId == id);
        if (Cursor.TimeAndId(cursor) is var (at, last)) events = events.Where(e => e.At < at || (e.At == at && e.Id < last));
        var rows = await events.OrderByDescending(e => e.At).ThenByDescending(e => e.Id).Take(size + 1).ToListAsync(ct);
        var page = Page<CustomerEvent>.Of(rows, size, e => [e.At, e.Id]);
        return TypedResults.Ok(new Page<TimelineEntry>([.. page.Data.Select(TimelineEntry.Of)], page.Next));
    }

    internal static async Task<Customer> FindAsync(CustomersDb db, Guid id, CancellationToken ct) =>
        await db.Customers.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) ?? throw Problem.NotFound("customer");

    private static async Task<IReadOnlyList<CustomerView>> ViewsAsync(CustomersDb db, IReadOnlyList<Customer> customers, CancellationToken ct)
    {
        var ids = customers.Select(c => c.Id).ToList();
        var addresses = (await db.Addresses.AsNoTracking().Where(a => ids.Contains(a.CustomerId)).OrderBy(a => a.AddedAt).ToListAsync(ct)).ToLookup(a => a.CustomerId);
        return [.. customers.Select(c => CustomerView.Of(c, addresses[c.Id]))];
    }
}

/// <summary>A person as the API shows them.</summary>
public sealed record CustomerView
{
    public required Guid Id { get; init; }
    public required string DisplayName { get; init; }
    public string? FirstName { get; init; }
    public string? LastName { get; init; }
    public string? Company { get; init; }
    public required IReadOnlyList<string> Emails { get; init; }
    public required IReadOnlyList<string> Phones { get; init; }
    public required IReadOnlyDictionary<string, string> Attributes { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    internal static CustomerView Of(Customer c, IEnumerable<CustomerAddress> addresses)
    {
        var list = addresses.ToList();
        return new CustomerView
        {
            Id = c.Id,
            DisplayName = c.DisplayName,
            FirstName = c.FirstName,
            LastName = c.LastName,
            Company = c.Company,
            Emails = [.. list.Where(a => a.Kind == "email").Select(a => a.Value)],
            Phones = [.. list.Where(a => a.Kind == "phone").Select(a => a.Value)],
            Attributes = c.Attributes,
            CreatedAt = c.CreatedAt,
            UpdatedAt = c.UpdatedAt,
        };
    }
}

/// <summary>One line of a person's timeline.</summary>
public sealed record TimelineEntry(Guid Id, string Type, DateTimeOffset At, string Summary, JsonElement? Data)
{
    internal static TimelineEntry Of(CustomerEvent e) =>
        new(e.Id, e.Type, e.At, e.Summary, e.Data is null ? null : JsonSerializer.Deserialize<JsonElement>(e.Data));
}
