using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tideline.Platform.Data;
using Tideline.Platform.Events.Dispatch;
using Tideline.Platform.Hosting;
using Tideline.Platform.Realtime;
using Tideline.Platform.Security;

namespace Tideline.Platform.Events;

/// <summary>The bus' loops: a relay for each service with a database, consumers for each that subscribes, and what a process needs once.</summary>
internal sealed class BusLoops(
    IEnumerable<ServiceRegistration> services, IServiceProvider provider, IEventTransport transport, LiveUpdates live, BusMaintenance maintenance, BusGauges gauges,
    SessionRevocations revocations, IOptions<BusOptions> options, TimeProvider clock, ILoggerFactory loggers) : ILoopSource
{
    /// <inheritdoc/>
    public IEnumerable<(string Service, string Name, IServiceLoop Loop)> Loops()
    {
        foreach (var (name, loop) in transport.Loops()) yield return (BusDatabase.Name, name, loop);
        yield return (BusDatabase.Name, "live", live);
        yield return (BusDatabase.Name, "revocations", revocations);
        yield return (BusDatabase.Name, "maintenance", maintenance);
        yield return (BusDatabase.Name, "gauges", gauges);
        foreach (var service in services)
        {
            if (service.Database is null)
            {
                if (service.Subscriptions.Count > 0) throw new InvalidOperationException($"{service.Name} handles events, and so needs a database for its inbox.");
                continue;
            }
            yield return (service.Name, "relay", new OutboxRelay(
                provider.GetRequiredKeyedService<ServiceDatabase>(service.Name), provider.GetRequiredKeyedService<OutboxSignal>(service.Name), transport, options.Value));
            if (service.Subscriptions.Count == 0) continue;
            var transaction = new DeliveryTransaction(service, provider.GetRequiredService<IServiceScopeFactory>(), options.Value, clock);
            var dispatcher = new Dispatcher(service, transaction, options.Value, clock, loggers.CreateLogger<Dispatcher>());
            foreach (var (name, loop) in transport.Consume(dispatcher)) yield return (service.Name, name, loop);
        }
    }
}
