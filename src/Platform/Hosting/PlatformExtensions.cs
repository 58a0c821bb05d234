using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tideline.Platform.Api;
using Tideline.Platform.Clients;
using Tideline.Platform.Data;
using Tideline.Platform.Events;
using Tideline.Platform.Events.Brokers;
using Tideline.Platform.Jobs;
using Tideline.Platform.Realtime;
using Tideline.Platform.Security;
using Tideline.Platform.Telemetry;

namespace Tideline.Platform.Hosting;

/// <summary>Puts the building blocks into a host.</summary>
public static class PlatformExtensions
{
    /// <summary>Everything that services stand on: data, bus, clients, security, API manners.</summary>
    public static void AddPlatform(this IHostApplicationBuilder builder, ServiceDirectory directory, DatabaseDirectory databases)
    {
        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(directory);
        services.AddSingleton(databases);
        services.AddSingleton<InProcessPipeline>();
        services.AddSingleton<ServiceTokens>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<RevokedSessions>();
        services.AddSingleton(provider => new SessionRevocations(provider.GetRequiredService<BusDatabase>(), provider.GetRequiredService<RevokedSessions>()));
        services.AddSingleton<AccessTokenValidator>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<Migrator>();
        services.AddScoped<Caller>();
        services.AddServiceHttpClient(ServiceTokens.Client, "identity");
        services.AddServiceHttpClient(SigningKeys.Client, "identity");
        services.AddServiceHttpClient(ApiKeys.Client, "identity");

        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        services.AddProblemDetails(options => options.CustomizeProblemDetails = ProblemWriter.Complete);
        services.AddExceptionHandler<ProblemWriter>();
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);

        services.AddBus();
        services.AddJobs();
        services.AddSingleton<Supervisor>();
        services.AddHostedService(provider => provider.GetRequiredService<Supervisor>());
        services.Configure<HostOptions>(options =>
        {
            options.ShutdownTimeout = TimeSpan.FromSeconds(25);
            // A loop's failure is the supervisor's business, never the end of the process.
            options.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore;
        });
    }

    /// <summary>Declares a service that runs in this process.</summary>
    public static ServiceRegistration AddService(this IHostApplicationBuilder builder, IService service)
    {
        var registration = new ServiceRegistration(service.Name, service.GetType().Assembly);
        builder.Services.AddSingleton(registration);
        service.Add(new ServiceBuilder(registration, builder.Services, builder.Configuration.GetSection("Services:" + service.Name)));
        return registration;
    }

    /// <summary>The pipeline that every request passes, from a socket or from memory.</summary>
    public static void UsePlatform(this WebApplication app)
    {
        var inProcess = app.Services.GetRequiredService<InProcessPipeline>();
        app.Use(next => inProcess.Pipeline = next);
        app.UseRequestTelemetry();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseMiddleware<QueryText>();
        app.UseRouting();
        app.Use((context, next) =>
        {
            // Read twice: by the endpoint, and by the fingerprint of its idempotency key.
            if (context.GetEndpoint()?.Metadata.GetMetadata<IdempotentMetadata>() is not null) context.Request.EnableBuffering();
            return next(context);
        });
        app.UseMiddleware<AccessMiddleware>();
    }

    /// <summary>Maps a service's endpoints.</summary>
    public static void MapService(this IEndpointRouteBuilder app, IService service)
    {
        var name = new ServiceName(service.Name);
        var api = app.MapGroup("/api/" + service.Name).WithMetadata(name).WithGroupName(service.Name);
        var internals = app.MapGroup("/internal/" + service.Name).WithMetadata(name).ExcludeFromDescription();
        if (app.ServiceProvider.GetServices<ServiceRegistration>().First(s => s.Name == service.Name).Database is { } database)
        {
            api.RepeatOvertakenChanges(database);
            internals.RepeatOvertakenChanges(database);
        }
        service.Map(new ServiceRoutes(api, internals));
    }

    /// <summary>Brings the databases of the services of this process, and the bus, to the state of this binary.</summary>
    public static async Task MigrateAsync(this IServiceProvider provider, CancellationToken ct)
    {
        var migrator = provider.GetRequiredService<Migrator>();
        var databases = provider.GetRequiredService<DatabaseDirectory>();
        var own = provider.GetServices<ServiceRegistration>().Where(s => s.Database is not null)
            .Select(s => (s.Name, Sources: (IReadOnlyList<MigrationSource>)[MigrationSource.Platform, MigrationSource.Of(s.Assembly)]))
            .Append((BusDatabase.Name, [BusDatabase.Migrations]));
        await Task.WhenAll(own.Select(database =>
        {
            var connections = databases.For(database.Name);
            return migrator.MigrateAsync(database.Name, connections.Owner, connections.ApplicationRole, database.Sources, ct);
        }));
        await provider.GetRequiredService<TransportChange>().EnterAsync(provider.GetRequiredService<IEventTransport>().Name, ct);
    }
}
