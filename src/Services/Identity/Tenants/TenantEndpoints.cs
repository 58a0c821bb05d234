using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Identity;
using Tideline.Identity.Accounts;
using Tideline.Identity.Members;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Identity.Tenants;

internal static class TenantEndpoints
{
    private const int MaxOwned = 50;

    public static void MapTenants(this RouteGroupBuilder api)
    {
        var tenants = api.MapGroup("").WithTags("Workspaces");
        tenants.MapGet("/tenant", Get).WithName("getTenant").RequiresSignIn(allowsKeys: true);
        tenants.MapPatch("/tenant", Change).WithName("updateTenant").Requires("tenant:write");
        tenants.MapPost("/tenants", Create).WithName("createTenant").RequiresSignIn().WithMetadata(new IdempotentMetadata(false));
    }

    /// <summary>The workspace in which I work now.</summary>
    private static async Task<Ok<TenantView>> Get(IdentityDb db, HttpContext context, CancellationToken ct)
    {
        var tenant = await db.Tenants.AsNoTracking().SingleOrDefaultAsync(ct) ?? throw Problem.NotFound("workspace");
        context.SetETag(tenant.Version);
        return TypedResults.Ok(TenantView.Of(tenant));
    }

    /// <summary>Change the workspace's name, country, time zone or currency. What is absent stays.</summary>
    private static async Task<Ok<TenantView>> Change(ChangeTenantRequest body, IdentityDb db, HttpContext context, CancellationToken ct)
    {
        var tenant = await db.Tenants.SingleOrDefaultAsync(ct) ?? throw Problem.NotFound("workspace");
        db.RequireIfMatch(tenant, context.Request);
        if (body.Name is not null) tenant.Name = TenantRules.NameOf(body.Name);
        if (body.Country is not null) tenant.Country = TenantRules.CountryOf(body.Country);
        if (body.TimeZone is not null) tenant.TimeZone = TenantRules.TimeZoneOf(body.TimeZone);
        if (body.Currency is not null) tenant.Currency = TenantRules.CurrencyOf(body.Currency);
        if (db.ChangeTracker.HasChanges())
        {
            db.Publish(new TenantUpdated
            {
                TenantId = tenant.TenantId,
                Name = tenant.Name,
                Country = tenant.Country,
                TimeZone = tenant.TimeZone,
                Currency = tenant.Currency,
            });
            await db.SaveChangesAsync(ct);
        }
        context.SetETag(tenant.Version);
        return TypedResults.Ok(TenantView.Of(tenant));
    }

    /// <summary>Open another workspace and own it. The session goes on where it was; switch to enter the new one.</summary>
    /// <remarks>The same <c>Idempotency-Key</c> is the same workspace: the key makes its id, so that a repetition finds it.</remarks>
    private static async Task<Created<TenantView>> Create(
        NewTenantRequest body, Caller caller, IdentityDb db, Registration registration, HttpContext context, CancellationToken ct)
    {
        var userId = caller.UserId!.Value;
        caller.UseSystem(); // the new workspace is not the one in which the request is made
        var tenant = registration.NewTenant(body.Name, body.Country, body.TimeZone, body.Currency, "name", IdOf(userId, context.Request));
        if (await db.OfAllTenants<Tenant>().AsNoTracking().SingleOrDefaultAsync(t => t.TenantId == tenant.TenantId, ct) is { } known)
        {
            if (known.Name != tenant.Name)
                throw new Problem(StatusCodes.Status422UnprocessableEntity, "idempotency_key_reused", "This key was used with another request.");
            context.Response.Headers["Idempotent-Replayed"] = "true";
            return TypedResults.Created("/api/identity/tenant", TenantView.Of(known));
        }
        if (await db.OfAllTenants<Membership>().CountAsync(m => m.UserId == userId && m.Role == Roles.Owner && m.LeftAt == null, ct) >= MaxOwned)
            throw Problem.Conflict("too_many_workspaces", $"A person may own {MaxOwned} workspaces.");
        var owner = await db.Users.SingleAsync(u => u.Id == userId, ct);
        registration.AddTenant(tenant, owner);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created("/api/identity/tenant", TenantView.Of(tenant));
    }

    private static Guid? IdOf(Guid userId, HttpRequest request)
    {
        var sent = request.Headers["Idempotency-Key"];
        if (sent.Count == 0) return null;
        if (sent is not [{ Length: > 0 and <= 255 } key]) throw Problem.Invalid("Idempotency-Key", "Exactly one key of 1 to 255 visible ASCII characters is needed.");
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"tenant {userId} {key}"))[..16];
        (bytes[6], bytes[8]) = ((byte)(bytes[6] & 0x0f | 0x80), (byte)(bytes[8] & 0x3f | 0x80)); // UUIDv8: made from a name
        return new Guid(bytes, bigEndian: true);
    }
}

/// <summary>What to change; absent members stay as they are.</summary>
public sealed record ChangeTenantRequest(
    [MaxLength(200)] string? Name = null, [MaxLength(100)] string? Country = null, [MaxLength(100)] string? TimeZone = null, [MaxLength(3)] string? Currency = null);

/// <summary>A new workspace.</summary>
public sealed record NewTenantRequest(
    [Required, MaxLength(200)] string Name, [MaxLength(100)] string? Country = null, [MaxLength(100)] string? TimeZone = null, [MaxLength(3)] string? Currency = null);
