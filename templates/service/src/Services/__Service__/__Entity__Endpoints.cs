using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.__Service__;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.__Service__;

internal static class __Entity__Endpoints
{
    public static void Map__Entities__(this RouteGroupBuilder api)
    {
        var __entities__ = api.MapGroup("/__path__").WithTags("__Entities__");
        __entities__.MapGet("/", List).WithName("list__Entities__").Requires("__service__:read");
        __entities__.MapPost("/", Create).WithName("create__Entity__").Requires("__service__:write").Idempotent<__Service__Db>();
        __entities__.MapGet("/{id:guid}", Get).WithName("get__Entity__").Requires("__service__:read");
        __entities__.MapPatch("/{id:guid}", Edit).WithName("edit__Entity__").Requires("__service__:write");
        __entities__.MapDelete("/{id:guid}", Delete).WithName("delete__Entity__").Requires("__service__:write");
    }

    /// <summary>The __entities_words__, oldest first.</summary>
    private static async Task<Ok<Page<__Entity__View>>> List(__Service__Db db, int? limit, string? cursor, CancellationToken ct)
    {
        var size = Limit.Of(limit);
        var after = Cursor.Id(cursor) ?? Guid.Empty;
        var rows = await db.__Entities__.AsNoTracking().Where(x => x.Id > after).OrderBy(x => x.Id).Take(size + 1).ToListAsync(ct);
        var page = Page<__Entity__>.Of(rows, size, x => [x.Id]);
        return TypedResults.Ok(new Page<__Entity__View>([.. page.Data.Select(__Entity__View.Of)], page.Next));
    }

    /// <summary>Make one.</summary>
    private static async Task<Created<__Entity__View>> Create(__Entity__Input body, __Service__Db db, HttpContext context, TimeProvider clock, CancellationToken ct)
    {
        var __entity__ = new __Entity__ { TenantId = db.Caller.TenantId, Name = Named(body.Name), Notes = body.Notes, CreatedAt = clock.GetUtcNow() };
        db.Add(__entity__);
        db.Publish(new __Entity__Created { __Entity__Id = __entity__.Id, Name = __entity__.Name });
        await db.SaveChangesAsync(ct);
        context.SetETag(__entity__.Version);
        return TypedResults.Created($"/api/__service__/__path__/{__entity__.Id}", __Entity__View.Of(__entity__));
    }

    /// <summary>One of them.</summary>
    private static async Task<Ok<__Entity__View>> Get(Guid id, __Service__Db db, HttpContext context, CancellationToken ct)
    {
        var __entity__ = await FindAsync(db, id, ct);
        context.SetETag(__entity__.Version);
        return TypedResults.Ok(__Entity__View.Of(__entity__));
    }

    /// <summary>Change one. What is absent stays.</summary>
    private static async Task<Ok<__Entity__View>> Edit(Guid id, __Entity__Edit body, __Service__Db db, HttpContext context, CancellationToken ct)
    {
        var __entity__ = await FindAsync(db, id, ct);
        db.RequireIfMatch(__entity__, context.Request);
        if (body.Name is { } name) __entity__.Name = Named(name);
        if (body.Notes is { } notes) __entity__.Notes = notes;
        await db.SaveChangesAsync(ct);
        context.SetETag(__entity__.Version);
        return TypedResults.Ok(__Entity__View.Of(__entity__));
    }

    /// <summary>Delete one.</summary>
    private static async Task<NoContent> Delete(Guid id, __Service__Db db, CancellationToken ct)
    {
        db.Remove(await FindAsync(db, id, ct));
        await db.SaveChangesAsync(ct);
        return TypedResults.NoContent();
    }

    private static async Task<__Entity__> FindAsync(__Service__Db db, Guid id, CancellationToken ct) =>
        await db.__Entities__.SingleOrDefaultAsync(x => x.Id == id, ct) ?? throw Problem.NotFound("__entity_words__");

    private static string Named(string name) => string.IsNullOrWhiteSpace(name) ? throw Problem.Invalid("name", "Must not be empty.") : name.Trim();
}

/// <summary>What is needed to make one.</summary>
public sealed record __Entity__Input([Required, MaxLength(200)] string Name, [MaxLength(10_000)] string? Notes = null);

/// <summary>What may be changed.</summary>
public sealed record __Entity__Edit([MaxLength(200)] string? Name = null, [MaxLength(10_000)] string? Notes = null);

/// <summary>How one is shown.</summary>
public sealed record __Entity__View(Guid Id, string Name, string? Notes, DateTimeOffset CreatedAt, uint Version)
{
    internal static __Entity__View Of(__Entity__ x) => new(x.Id, x.Name, x.Notes, x.CreatedAt, x.Version);
}
