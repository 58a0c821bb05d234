using Microsoft.Extensions.DependencyInjection;
using Tideline.Contracts.Brands;
using Tideline.Contracts.Identity;
using Tideline.Platform.Hosting;

namespace Tideline.Brands;

/// <summary>Knows who is speaking: a workspace's brands, how they look and from which address they write.</summary>
public sealed class BrandsService : IService
{
    /// <inheritdoc/>
    public string Name => "brands";

    /// <inheritdoc/>
    public void Add(ServiceBuilder svc)
    {
        svc.Services.AddValidation();
        svc.AddOptions<BrandsOptions>();
        svc.Services.AddScoped<BrandBook>();
        svc.AddDatabase<BrandsDb>()
            .Publishes<BrandUpdated>()
            .Handles<TenantCreated, MakeDefaultBrand>();
    }

    /// <inheritdoc/>
    public void Map(ServiceRoutes routes)
    {
        routes.Api.MapBrands();
        routes.Internal.MapBrandLookUp();
    }
}
