using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tideline.Platform.Events;

namespace Tideline.Platform.Tests.Events.Conformance;

/// <summary>A wrong setting of the transport is told at the start, by its name.</summary>
public class TransportOptionsTests
{
    private static BusOptions Read(params (string Key, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value)).Build());
        services.AddBus();
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<BusOptions>>().Value;
    }

    [Fact]
    public void Without_a_setting_it_is_postgres_and_the_sections_of_the_others_do_not_matter() =>
        Assert.Equal(BusTransport.Postgres, Read(("Bus:RabbitMq:Uri", "nonsense"), ("Bus:Kafka:Servers", "nonsense")).Transport);

    [Theory]
    [InlineData("rabbitmq", "Bus:RabbitMq:Uri", "amqp://u:p@one/,amqps://u:p@two:5671/v")]
    [InlineData("KAFKA", "Bus:Kafka:Servers", "one:9092, two:9093")]
    public void A_good_setting_is_taken_in_any_case_of_letters(string transport, string key, string value) =>
        Assert.NotEqual(BusTransport.Postgres, Read(("Bus:Transport", transport), (key, value)).Transport);

    [Theory]
    [InlineData("RabbitMq", "", "", "Bus:RabbitMq:Uri must be given")]
    [InlineData("RabbitMq", "Bus:RabbitMq:Uri", "http://rabbit", "Bus:RabbitMq:Uri must be amqp://")]
    [InlineData("RabbitMq", "Bus:RabbitMq:Uri", "amqp://rabbit/,rabbit-2", "Bus:RabbitMq:Uri must be amqp://")]
    [InlineData("RabbitMq", "Bus:RabbitMq:Timeout", "00:00:00.001", "Timeout")]
    [InlineData("RabbitMq", "Bus:RabbitMq:Name", "a b", "Name")]
    [InlineData("Kafka", "", "", "Bus:Kafka:Servers must be given")]
    [InlineData("Kafka", "Bus:Kafka:Servers", "one:9092,two", "two is not host:port")]
    [InlineData("Kafka", "Bus:Kafka:Replication", "11", "Replication")]
    public void A_wrong_setting_is_named(string transport, string key, string value, string said)
    {
        var refused = Assert.Throws<OptionsValidationException>(() => Read(("Bus:Transport", transport), (key, value)));
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_is_not_in_the_message()
    {
        var refused = Assert.Throws<OptionsValidationException>(() => Read(("Bus:Transport", "RabbitMq"), ("Bus:RabbitMq:Uri", "amq://tideline:hunter2@rabbit/")));
        Assert.DoesNotContain("hunter2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_transport_is_named()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => Read(("Bus:Transport", "Nats")));
        Assert.Contains("'Nats' at 'Bus:Transport'", refused.Message, StringComparison.Ordinal);
    }
}
