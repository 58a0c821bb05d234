using System.ComponentModel.DataAnnotations;

namespace Tideline.Platform.Events.RabbitMq;

/// <summary>Section <c>Bus:RabbitMq</c>; read when <c>Bus:Transport</c> is <c>RabbitMq</c>.</summary>
public sealed class RabbitMqOptions : IValidatableObject
{
    /// <summary>Where the broker is: <c>amqp://user:password@host:5672/vhost</c>, or <c>amqps://…</c>. Several nodes of a cluster are separated by commas.</summary>
    public string Uri { get; set; } = "";

    /// <summary>First part of the names of the streams, which are <c>name.epoch.partition</c>.</summary>
    [RegularExpression("[A-Za-z0-9._-]{1,100}")]
    public string Name { get; set; } = "tideline.events";

    /// <summary>How long to wait for the broker's answer, and for its confirmation of a batch.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Size at which a stream begins a new file. Old events are forgotten file by file.</summary>
    [Range(1_000_000, 2_000_000_000)]
    public int SegmentBytes { get; set; } = 100_000_000;

    /// <summary>The nodes.</summary>
    internal IReadOnlyList<Uri> Uris => [.. Uri.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(u => new Uri(u))];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var uris = Uri.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (uris.Length == 0) yield return new ValidationResult("Bus:RabbitMq:Uri must be given when Bus:Transport is RabbitMq: amqp://user:password@host:5672/vhost", [nameof(Uri)]);
        foreach (var uri in uris)
        {
            // Without the value: it holds a password.
            if (!System.Uri.TryCreate(uri, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("amqp" or "amqps"))
                yield return new ValidationResult("Bus:RabbitMq:Uri must be amqp://user:password@host:5672/vhost, or amqps://…, several separated by commas", [nameof(Uri)]);
        }
    }
}
