using System.ComponentModel.DataAnnotations;

namespace Tideline.Platform.Events.Kafka;

/// <summary>Section <c>Bus:Kafka</c>; read when <c>Bus:Transport</c> is <c>Kafka</c>.</summary>
public sealed class KafkaOptions : IValidatableObject
{
    /// <summary>Where the brokers are: <c>host:9092</c>, several separated by commas.</summary>
    public string Servers { get; set; } = "";

    /// <summary>First part of the name of the topic, which is <c>topic.epoch</c> and has 16 partitions. It is made when it is not there.</summary>
    [RegularExpression("[A-Za-z0-9._-]{1,200}")]
    public string Topic { get; set; } = "tideline.events";

    /// <summary>Copies of a topic that is made here; 0 leaves it to the brokers.</summary>
    [Range(0, 10)]
    public int Replication { get; set; }

    /// <summary>How long to wait for an answer, and for the confirmation of a batch.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Further settings of librdkafka by their own names, such as <c>Bus:Kafka:Settings:security.protocol</c>.</summary>
    public Dictionary<string, string>? Settings { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(Servers)) yield return new ValidationResult("Bus:Kafka:Servers must be given when Bus:Transport is Kafka: host:9092", [nameof(Servers)]);
        foreach (var server in Servers.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var at = server.LastIndexOf(':');
            if (at <= 0 || !ushort.TryParse(server.AsSpan(at + 1), out var port) || port == 0)
                yield return new ValidationResult($"Bus:Kafka:Servers: {server} is not host:port", [nameof(Servers)]);
        }
    }
}
