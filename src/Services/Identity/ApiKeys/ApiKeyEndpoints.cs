using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Identity.ApiKeys;

internal static class ApiKeyEndpoints
{
    public static void MapApiKeys(this RouteGroupBuilder api)
    {
        var keys = api.MapGroup("/api-keys").WithTags("API keys");
        keys.MapGet("/", List).WithName("listApiKeys").Requires("apikeys:write");
        keys.MapPost("/", Make).WithName("createApiKey").Requires("apikeys:write");
        keys.MapDelete("/{id:guid}", Revoke).WithName("revokeApiKey").Requires("apikeys:write");
        api.MapGet("/permissions", ListPermissions).WithName("listPermissions").WithTags("Members").Requires("members:read");
    }

    public static void MapApiKeyChecks(this RouteGroupBuilder routes) =>
        routes.MapPost("/api-keys/check", Check).AllowsAnyone("whoever has the hash of a key of 256 bits has the key, and learns what it says");

    /// <summary>My keys that work; for those who manage members, everybody's.</summary>
    private static async Task<Ok<Page<ApiKeyView>>> List(IdentityDb db, ApiKeyBook keys, int? limit, string? cursor, CancellationToken ct)
    {
        var size = Limit.Of(limit);
        var after = Cursor.Id(cursor) ?? Guid.Empty;
        var rows = await (
            from k in keys.Visible().AsNoTracking()
            join u in db.Users on k.UserId equals u.Id
            where k.Id > after
            orderby k.Id
            select new ApiKeyView(k.Id, k.Name, k.Prefix, k.Permissions, k.UserId, u.Name, k.CreatedAt, k.ExpiresAt, k.LastUsedAt)).Take(size + 1).ToListAsync(ct);
        return TypedResults.Ok(Page<ApiKeyView>.Of(rows, size, k => [k.Id]));
    }

    /// <summary>Make a key for a program. It may do what is stated and never more than I may; the answer alone shows it.</summary>
    private static async Task<Created<NewApiKeyView>> Make(NewApiKeyRequest body, ApiKeyBook keys, HttpContext context, CancellationToken ct)
    {
        var (key, secret) = await keys.MakeAsync(body.Name, body.Permissions, body.ExpiresAt, ct);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created($"/api/identity/api-keys/{key.Id}", new NewApiKeyView(key.Id, secret, key.Name, key.Prefix, key.Permissions, key.CreatedAt, key.ExpiresAt));
    }

    /// <summary>Take a key back; it stops working everywhere within seconds.</summary>
    private static async Task<NoContent> Revoke(Guid id, ApiKeyBook keys, CancellationToken ct)
    {
        await keys.RevokeAsync(id, ct);
        return TypedResults.NoContent();
    }

    /// <summary>Everything that can be allowed, and what it means.</summary>
    private static Ok<IReadOnlyList<PermissionView>> ListPermissions() =>
        TypedResults.Ok<IReadOnlyList<PermissionView>>([.. Permissions.Table.Select(p => new PermissionView(p.Name, p.Meaning))]);

    private static async Task<Results<Ok<ApiKeyHolder>, ProblemHttpResult>> Check(ApiKeyCheck body, Caller caller, ApiKeyBook keys, HttpContext context, CancellationToken ct)
    {
        caller.UseSystem(); // the key says which workspace it is
        context.Response.Headers.CacheControl = "no-store";
        if (body.Hash.Length != 64 || !body.Hash.All(char.IsAsciiHexDigit)) throw Problem.Invalid("hash", "Must be a SHA-256 in hexadecimal.");
        return await keys.FindAsync(Convert.FromHexString(body.Hash), ct) is { } holder ? TypedResults.Ok(holder) : Problem.NotFound("API key").ToResult();
    }
}

/// <summary>A key to be made.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Permissions">What it may do: some of <c>GET /permissions</c> that I have.</param>
/// <param name="ExpiresAt">Within two years; in a year when absent.</param>
public sealed record NewApiKeyRequest(
    [Required, MaxLength(100)] string Name, [Required, MaxLength(100)] IReadOnlyList<string> Permissions, DateTimeOffset? ExpiresAt = null);

/// <summary>A key that was just made.</summary>
/// <param name="Key">Sent as <c>Authorization: Bearer</c>. Shown here and never again.</param>
public sealed record NewApiKeyView(
    Guid Id, string Key, string Name, string Prefix, IReadOnlyList<string> Permissions, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

/// <summary>A key.</summary>
/// <param name="Prefix">Its first characters.</param>
/// <param name="UserId">Whose it is.</param>
/// <param name="LastUsedAt">To the minute.</param>
public sealed record ApiKeyView(
    Guid Id, string Name, string Prefix, IReadOnlyList<string> Permissions, Guid UserId, string UserName, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt,
    DateTimeOffset? LastUsedAt);

/// <summary>Something that can be allowed.</summary>
public sealed record PermissionView(string Name, string Meaning);

/// <summary>SHA-256 of a key, in hexadecimal.</summary>
public sealed record ApiKeyCheck([Required, MaxLength(64)] string Hash);
