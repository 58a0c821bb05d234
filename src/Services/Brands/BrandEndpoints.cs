using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Brands;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Brands;

internal static class BrandEndpoints
{
    public static void MapBrands(this RouteGroupBuilder api)
    {
        var brands = api.MapGroup("/brands").WithTags("Brands");
        brands.MapGet("/", List).WithName("listBrands").Requires("brands:read");
        brands.MapPost("/", Create).WithName("createBrand").Requires("brands:write").Idempotent<BrandsDb>();
        brands.MapGet("/{id:guid}", Get).WithName("getBrand").Requires("brands:read");
        brands.MapPatch("/{id:guid}", Change).WithName("updateBrand").Requires("brands:write");
    }

    public static void MapBrandLookUp(this RouteGroupBuilder routes)
    {
        routes.MapGet("/brands/{id:guid}", LookUp).RequiresService("campaigns", "notifications", "journeys");
        routes.MapGet("/brands/default", LookUpDefault).RequiresService("campaigns", "notifications", "journeys");
    }

    /// <summary>The workspace's brands, oldest first.</summary>
    private static async Task<Ok<Page<BrandView>>> List(BrandsDb db, int? limit, string? cursor, CancellationToken ct)
    {
        var size = Limit.Of(limit);
        var after = Cursor.Id(cursor) ?? Guid.Empty;
        var rows = await db.Brands.AsNoTracking().Where(b => b.Id > after).OrderBy(b => b.Id).Take(size + 1).ToListAsync(ct);
        var page = Page<Brand>.Of(rows, size, b => [b.Id]);
        return TypedResults.Ok(new Page<BrandView>([.. page.Data.Select(BrandView.Of)], page.Next));
    }

    /// <summary>Make a brand. Needs a name; the rest has defaults.</summary>
    private static async Task<Created<BrandView>> Create(BrandInput body, BrandBook brands, HttpContext context, CancellationToken ct)
    {
        var brand = await brands.CreateAsync(body, ct);
        context.SetETag(brand.Version);
        return TypedResults.Created($"/api/brands/brands/{brand.Id}", BrandView.Of(brand));
    }

    /// <summary>One brand.</summary>
    private static async Task<Ok<BrandView>> Get(Guid id, BrandsDb db, HttpContext context, CancellationToken ct)
    {
        var brand = await db.Brands.AsNoTracking().SingleOrDefaultAsync(b => b.Id == id, ct) ?? throw Problem.NotFound("brand");
        context.SetETag(brand.Version);
        return TypedResults.Ok(BrandView.Of(brand));
    }

    /// <summary>Change a brand. What is absent stays; null empties what may be empty.</summary>
    private static async Task<Ok<BrandView>> Change(Guid id, BrandInput body, BrandsDb db, BrandBook brands, HttpContext context, CancellationToken ct)
    {
        var brand = await db.Brands.SingleOrDefaultAsync(b => b.Id == id, ct) ?? throw Problem.NotFound("brand");
        db.RequireIfMatch(brand, context.Request);
        await brands.ChangeAsync(brand, body, ct);
        context.SetETag(brand.Version);
        return TypedResults.Ok(BrandView.Of(brand));
    }

    private static async Task<Ok<BrandSummary>> LookUp(Guid id, BrandsDb db, CancellationToken ct) =>
        TypedResults.Ok(Summary(await db.Brands.AsNoTracking().SingleOrDefaultAsync(b => b.Id == id, ct) ?? throw Problem.NotFound("brand")));

    private static async Task<Ok<BrandSummary>> LookUpDefault(BrandsDb db, CancellationToken ct) =>
        TypedResults.Ok(Summary(await db.Brands.AsNoTracking().SingleOrDefaultAsync(b => b.IsDefault, ct) ?? throw Problem.NotFound("brand")));

    private static BrandSummary Summary(Brand b) => new()
    {
        Id = b.Id,
        Name = b.Name,
        IsDefault = b.IsDefault,
        PrimaryColor = b.PrimaryColor,
        AccentColor = b.AccentColor,
        LogoUrl = b.LogoUrl,
        FontFamily = b.FontFamily,
        Voice = b.Voice,
        LegalName = b.LegalName,
        PostalAddress = b.PostalAddress,
        WebsiteUrl = b.WebsiteUrl,
        Language = b.Language,
        FromName = b.FromName,
        FromEmail = b.FromEmail,
        ReplyTo = b.ReplyTo,
    };
}
