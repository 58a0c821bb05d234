using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tideline.Platform.Events.Brokers;
using Tideline.Platform.Events.Kafka;
using Tideline.Platform.Events.Log;
using Tideline.Platform.Events.RabbitMq;

namespace Tideline.Platform.Events;

/// <summary>The three transports, of which the configuration chooses one.</summary>
internal static class TransportRegistration
{
    public static void AddTransports(this IServiceCollection services)
    {
        services.AddOptions<RabbitMqOptions>().BindConfiguration("Bus:RabbitMq");
        services.AddOptions<KafkaOptions>().BindConfiguration("Bus:Kafka");
        services.AddSingleton<IValidateOptions<BusOptions>, TransportOptionsValidation>();

        services.AddSingleton<ConsumerGroups>();
        services.AddSingleton<PostgresLog>();
        services.AddSingleton<IBroker>(provider => provider.GetRequiredService<BusOptions>().Transport switch
        {
            BusTransport.RabbitMq => ActivatorUtilities.CreateInstance<RabbitMqBroker>(provider, provider.GetRequiredService<IOptions<RabbitMqOptions>>().Value),
            BusTransport.Kafka => new KafkaBroker(
                provider.GetRequiredService<IOptions<KafkaOptions>>().Value, provider.GetRequiredService<BusOptions>(), provider.GetRequiredService<ILogger<KafkaBroker>>()),
            var other => throw new InvalidOperationException($"{other} is not a broker."),
        });
        services.AddSingleton(provider => new BrokerPositions(provider.GetRequiredService<IBroker>(), provider.GetRequiredService<BusDatabase>(), Log(provider)));
        services.AddSingleton(provider => new BrokerLog(provider.GetRequiredService<IBroker>(), provider.GetRequiredService<BrokerPositions>(), Log(provider)));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<BrokerFeed>(provider, Log(provider)));
        services.AddSingleton<IEventLog>(provider =>
            UsesBroker(provider) ? provider.GetRequiredService<BrokerLog>() : provider.GetRequiredService<PostgresLog>());
        services.AddSingleton<IEventTransport>(provider =>
            UsesBroker(provider) ? ActivatorUtilities.CreateInstance<BrokerTransport>(provider) : ActivatorUtilities.CreateInstance<PostgresTransport>(provider));
    }

    private static bool UsesBroker(IServiceProvider provider) => provider.GetRequiredService<BusOptions>().Transport != BusTransport.Postgres;

    private static ILogger Log(IServiceProvider provider) => provider.GetRequiredService<ILogger<BrokerTransport>>();
}

/// <summary>What the chosen transport needs; the sections of the others may be empty.</summary>
internal sealed class TransportOptionsValidation(IOptions<RabbitMqOptions> rabbitMq, IOptions<KafkaOptions> kafka) : IValidateOptions<BusOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, BusOptions options)
    {
        object? section = options.Transport switch
        {
            BusTransport.RabbitMq => rabbitMq.Value,
            BusTransport.Kafka => kafka.Value,
            _ => null,
        };
        if (section is null) return ValidateOptionsResult.Success;
        var wrong = new List<ValidationResult>();
        var context = new ValidationContext(section);
        return Validator.TryValidateObject(section, context, wrong, validateAllProperties: true)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(wrong.Select(w => $"Bus:{options.Transport}: {w.ErrorMessage}"));
    }
}
