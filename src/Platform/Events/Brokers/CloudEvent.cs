using System.Globalization;
using System.Text;

namespace Tideline.Platform.Events.Brokers;

/// <summary>
/// An event as other systems on the same broker read it: the attributes of CloudEvents 1.0 in the headers (binary mode), the payload as the body.
/// </summary>
internal static class CloudEvent
{
    public const string ContentType = "application/json";

    /// <summary>The attributes by their CloudEvents names; those of ours that the standard does not know are extensions.</summary>
    public static IEnumerable<(string Name, string Value)> Attributes(EventEnvelope envelope)
    {
        yield return ("specversion", "1.0");
        yield return ("id", envelope.Id.ToString());
        yield return ("source", envelope.Source);
        yield return ("type", envelope.Type);
        yield return ("time", envelope.Time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        yield return ("partitionkey", envelope.Key);
        yield return ("dataversion", envelope.Version.ToString(CultureInfo.InvariantCulture));
        if (envelope.TenantId is { } tenant) yield return ("tenantid", tenant.ToString());
        if (envelope.Traceparent is { } traceparent) yield return ("traceparent", traceparent);
        if (envelope.CausationId is { } cause) yield return ("causationid", cause.ToString());
        if (envelope.CorrelationId is { } correlation) yield return ("correlationid", correlation.ToString());
    }

    public static byte[] Body(EventEnvelope envelope) => Encoding.UTF8.GetBytes(envelope.Payload);

    /// <summary>The event that a message carries; null when it carries none: what another system wrote there must not stop ours.</summary>
    public static EventEnvelope? Read(Func<string, string?> attribute, ReadOnlySpan<byte> body)
    {
        if (attribute("specversion") != "1.0" || !Guid.TryParse(attribute("id"), out var id)
            || attribute("source") is not { } source || attribute("type") is not { } type || attribute("partitionkey") is not { } key
            || !int.TryParse(attribute("dataversion"), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            || !DateTimeOffset.TryParse(attribute("time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            || !TryGuid(attribute("tenantid"), out var tenant) || !TryGuid(attribute("causationid"), out var cause)
            || !TryGuid(attribute("correlationid"), out var correlation)) return null;
        string payload;
        try
        {
            payload = Strict.GetString(body);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
        // U+0000 cannot stand in the tables where failed events wait.
        if (payload.Contains('\0', StringComparison.Ordinal) || key.Contains('\0', StringComparison.Ordinal)) return null;
        return new EventEnvelope(id, source, type, version, key, tenant, time, payload, attribute("traceparent"), cause, correlation);
    }

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static bool TryGuid(string? text, out Guid? value)
    {
        value = null;
        if (text is null) return true;
        if (!Guid.TryParse(text, out var parsed)) return false;
        value = parsed;
        return true;
    }
}
