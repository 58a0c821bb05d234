using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tideline.Contracts;
using Tideline.Platform.Clients;
using Tideline.Platform.Data;
using Tideline.Platform.Events;
using Tideline.Platform.Jobs;
using Tideline.Platform.Security;

namespace Tideline.Platform.Hosting;

/// <summary>Through this a service says what it is made of.</summary>
public sealed class ServiceBuilder(ServiceRegistration registration, IServiceCollection services, IConfigurationSection section)
{
    /// <summary>The container of the process. Register only internal types of your own.</summary>
    public IServiceCollection Services { get; } = services;

    /// <summary>The service's own section, <c>Services:{name}</c>.</summary>
    public IConfigurationSection Configuration { get; } = section;

    /// <summary>What has been declared.</summary>
    public ServiceRegistration Registration { get; } = registration;

    /// <summary>The service's own database, with its migrations.</summary>
    public ServiceBuilder AddDatabase<TDb>() where TDb : ServiceDb
    {
        Registration.Database = typeof(TDb);
        var name = Registration.Name;
        Services.AddKeyedSingleton(name, (_, _) => new OutboxSignal());
        Services.AddSingleton(provider => new ServiceDatabase<TDb>(
            name, provider.GetRequiredService<DatabaseDirectory>().For(name).Application, provider.GetRequiredService<DatabaseDirectory>().PoolSize));
        Services.AddKeyedSingleton<ServiceDatabase>(name, (provider, _) => provider.GetRequiredService<ServiceDatabase<TDb>>());
        Services.AddDbContext<TDb>((provider, options) =>
        {
            var database = provider.GetRequiredService<ServiceDatabase<TDb>>();
            options.UseNpgsql(database.DataSource).AddInterceptors(new TenantInterceptor(database.SystemRole));
        });
        Services.RemoveAll<TDb>();
        Services.AddScoped(provider =>
        {
            var db = ActivatorUtilities.CreateInstance<TDb>(
                provider, provider.GetRequiredService<DbContextOptions<TDb>>(), provider.GetRequiredService<Caller>());
            db.OutboxSignal = provider.GetRequiredKeyedService<OutboxSignal>(name);
            return db;
        });
        return this;
    }

    /// <summary>The service publishes this event.</summary>
    public ServiceBuilder Publishes<TEvent>() where TEvent : IEvent
    {
        Registration.Publishes.Add(typeof(TEvent));
        return this;
    }

    /// <summary>The service reacts to an event, one at a time.</summary>
    public ServiceBuilder Handles<TEvent, THandler>() where TEvent : IEvent where THandler : class, IHandle<TEvent> =>
        Subscribe(typeof(TEvent), typeof(THandler));

    /// <summary>The service reacts to runs of an event.</summary>
    public ServiceBuilder HandlesMany<TEvent, THandler>() where TEvent : IEvent where THandler : class, IHandleMany<TEvent> =>
        Subscribe(typeof(TEvent), typeof(THandler));

    /// <summary>The service runs a type of job.</summary>
    public ServiceBuilder Runs<TJob, THandler>() where TJob : IJob where THandler : class, IRunJob<TJob>
    {
        Registration.Jobs.Add(new JobHandler(typeof(TJob), typeof(THandler)));
        Services.TryAddScoped<THandler>();
        return this;
    }

    /// <summary>Background work under the supervisor.</summary>
    public ServiceBuilder AddLoop<TLoop>() where TLoop : class, IServiceLoop
    {
        Registration.Loops.Add(typeof(TLoop));
        Services.TryAddSingleton<TLoop>();
        return this;
    }

    /// <summary>The service calls another one through its client.</summary>
    public ServiceBuilder Calls<TClient>(string service) where TClient : class
    {
        Registration.Calls.Add(service);
        Services.AddServiceClient<TClient>(service);
        return this;
    }

    /// <summary>Options of the service, bound to its section and checked at start.</summary>
    public ServiceBuilder AddOptions<TOptions>() where TOptions : class
    {
        Services.AddOptions<TOptions>().Bind(Configuration).ValidateDataAnnotations().ValidateOnStart();
        return this;
    }

    private ServiceBuilder Subscribe(Type happened, Type handler)
    {
        Registration.Subscriptions.Add(new Subscription(Registration.Name + "/" + handler.Name, happened, handler));
        Services.TryAddScoped(handler);
        return this;
    }
}
