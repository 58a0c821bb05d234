using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tideline.Platform.Events.Brokers;
using Tideline.Platform.Events.Log;
using Tideline.Platform.Hosting;
using Tideline.Platform.Limits;
using Tideline.Platform.Realtime;

namespace Tideline.Platform.Events;

internal static class BusExtensions
{
    /// <summary>The bus and the live hints.</summary>
    public static void AddBus(this IServiceCollection services)
    {
        services.AddOptions<BusOptions>().BindConfiguration("Bus").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<BusOptions>>().Value);
        services.AddSingleton<BusDatabase>();
        services.AddSingleton<LogHeads>();
        services.AddSingleton<LogTail>();
        services.AddSingleton<LogNotifier>();
        services.AddSingleton<LogPoll>();
        services.AddSingleton<Presence>();
        services.AddSingleton<BusListener>();
        services.AddTransports();
        services.AddSingleton<TransportChange>();
        services.AddSingleton<BusMaintenance>();
        services.AddSingleton(provider => new EventPublisher(provider.GetRequiredService<IEventTransport>()));
        services.AddSingleton(provider => new SharedLimits(
            provider.GetRequiredService<BusDatabase>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<SharedLimits>>()));
        services.AddSingleton(provider => new BusStatus(
            provider.GetRequiredService<BusDatabase>(), provider.GetRequiredService<IEventTransport>(), provider, provider.GetServices<ServiceRegistration>()));
        services.AddSingleton<BusGauges>();
        services.AddSingleton<LiveFeed>();
        services.AddSingleton<LiveUpdates>();
        services.AddSingleton<ILiveUpdates>(provider => provider.GetRequiredService<LiveUpdates>());
        services.AddSingleton<ILoopSource, BusLoops>();
    }
}
