using Tideline.Platform.Events;
using Tideline.Platform.Events.Brokers;

namespace Tideline.Platform.Tests.Events.Conformance;

/// <summary>An event as a message that others can read, and messages of others that are none of our events.</summary>
public class CloudEventTests
{
    private static readonly EventEnvelope Full = new(
        Guid.CreateVersion7(), "leads", "lead.created", 3, "kůň 馬", Guid.CreateVersion7(), new DateTimeOffset(2026, 3, 1, 12, 30, 59, TimeSpan.Zero).AddTicks(1234560),
        "{\"a\":\"ö\"}", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", Guid.CreateVersion7(), Guid.CreateVersion7());

    private static EventEnvelope? Read(IReadOnlyDictionary<string, string> attributes, byte[] body) => CloudEvent.Read(attributes.GetValueOrDefault, body);

    private static Dictionary<string, string> Attributes(EventEnvelope envelope) => CloudEvent.Attributes(envelope).ToDictionary(a => a.Name, a => a.Value);

    [Fact]
    public void It_is_read_as_it_was_written()
    {
        var least = Full with { TenantId = null, Traceparent = null, CausationId = null, CorrelationId = null };
        Assert.Equal(Full, Read(Attributes(Full), CloudEvent.Body(Full)));
        Assert.Equal(least, Read(Attributes(least), CloudEvent.Body(least)));
        Assert.All(Attributes(Full).Keys, name => Assert.Matches("^[a-z0-9]{1,20}$", name)); // What CloudEvents allows.
    }

    [Theory]
    [InlineData("specversion", "0.3")]
    [InlineData("id", "7")]
    [InlineData("time", "yesterday")]
    [InlineData("dataversion", "-1")]
    [InlineData("tenantid", "me")]
    [InlineData("causationid", "it")]
    [InlineData("source", null)]
    [InlineData("type", null)]
    [InlineData("partitionkey", null)]
    [InlineData("partitionkey", "a\0b")]
    public void What_is_not_ours_is_no_event(string attribute, string? value)
    {
        var attributes = Attributes(Full);
        if (value is null) attributes.Remove(attribute);
        else attributes[attribute] = value;
        Assert.Null(Read(attributes, CloudEvent.Body(Full)));
    }

    [Fact]
    public void A_body_that_is_no_text_is_no_event()
    {
        Assert.Null(Read(Attributes(Full), [0xff, 0xfe]));
        Assert.Null(Read(Attributes(Full), [0]));
    }
}
