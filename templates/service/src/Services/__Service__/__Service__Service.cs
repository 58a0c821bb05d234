using Microsoft.Extensions.DependencyInjection;
using Tideline.Contracts.__Service__;
using Tideline.Platform.Hosting;

namespace Tideline.__Service__;

/// <summary>Owns the __entities_words__ of a workspace.</summary>
public sealed class __Service__Service : IService
{
    /// <inheritdoc/>
    public string Name => "__service__";

    /// <inheritdoc/>
    public void Add(ServiceBuilder svc)
    {
        svc.Services.AddValidation();
        svc.AddDatabase<__Service__Db>()
            .Publishes<__Entity__Created>();
    }

    /// <inheritdoc/>
    public void Map(ServiceRoutes routes)
    {
        routes.Api.Map__Entities__();
    }
}
