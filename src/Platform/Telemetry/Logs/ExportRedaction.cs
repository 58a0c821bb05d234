using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Logs;
using Tideline.Platform.Clients;

namespace Tideline.Platform.Telemetry.Logs;

/// <summary>Keeps out of exported log records what is kept out of the console.</summary>
internal sealed class LogExportRedaction : BaseProcessor<LogRecord>
{
    public override void OnEnd(LogRecord data)
    {
        var entry = SafeEntry.Of(data.Attributes, data.FormattedMessage ?? data.Body);
        var fields = entry.Fields;
        if (data.Exception is { } exception)
        {
            fields.Add(new("exception.type", exception.GetType().FullName));
            fields.Add(new("exception.message", SafeEntry.Text(exception.Message)));
            fields.Add(new("exception.stacktrace", SafeEntry.Text((object)exception)));
            data.Exception = null; // or the exporter would add the same, unmasked
        }
        if (ServiceFlow.Current is { } flow)
        {
            fields.Add(new("tideline.service", flow.Service));
            if (flow.TenantId is { } tenant) fields.Add(new("tideline.tenant", tenant.ToString()));
        }
        data.Attributes = fields;
        data.FormattedMessage = entry.Message;
        data.Body = entry.Message;
    }
}

/// <summary>The same for exported spans. Events of spans cannot be changed afterwards; the platform's code records none with data in it.</summary>
internal sealed class SpanExportRedaction : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        if (!data.Recorded) return;
        List<KeyValuePair<string, object?>>? changed = null;
        foreach (ref readonly var tag in data.EnumerateTagObjects())
        {
            var safe = Redaction.Field(tag.Key, tag.Value);
            if (!ReferenceEquals(safe, tag.Value)) (changed ??= []).Add(new(tag.Key, safe));
        }
        foreach (var (name, value) in changed ?? []) data.SetTag(name, value);
        if (data.StatusDescription is { } description) data.SetStatus(data.Status, Redaction.Text(description));
        data.DisplayName = Redaction.Text(data.DisplayName);
    }
}
