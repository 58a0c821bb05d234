using System.Diagnostics;

namespace Tideline.Platform.Telemetry;

/// <summary>The sources of the platform's own spans, one for each building block. All begin with <c>Tideline.</c> and are exported.</summary>
public static class TidelineActivity
{
    /// <summary>Publishing to and handling from the bus.</summary>
    public static readonly ActivitySource Events = new("Tideline.Events");

    /// <summary>Jobs, from enqueueing to the run.</summary>
    public static readonly ActivitySource Jobs = new("Tideline.Jobs");

    /// <summary>Schedules and one-time tasks that fall due.</summary>
    public static readonly ActivitySource Schedules = new("Tideline.Schedules");

    /// <summary>Handing mail over to a provider.</summary>
    public static readonly ActivitySource Mail = new("Tideline.Mail");

    /// <summary>Messages over the other channels.</summary>
    public static readonly ActivitySource Channels = new("Tideline.Channels");

    /// <summary>Calls between services.</summary>
    public static readonly ActivitySource Clients = new("Tideline.Clients");

    /// <summary>Calls to systems outside the platform.</summary>
    public static readonly ActivitySource Egress = new("Tideline.Egress");

    /// <summary>
    /// Continues a trace that was written down: in an event's envelope, on a job's row. Without a readable <paramref name="traceParent"/> a
    /// new trace begins. Null when nobody listens.
    /// </summary>
    public static Activity? Continue(this ActivitySource source, string name, ActivityKind kind, string? traceParent)
    {
        ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent);
        // A default context would make the span a child of whatever happens to run this loop.
        return parent == default ? StartRoot(source, name, kind) : source.StartActivity(name, kind, parent);
    }

    /// <summary>Marks the span as failed by the exception, with its type but without its message: messages quote people's data.</summary>
    public static void Fail(this Activity activity, Exception exception)
    {
        activity.SetTag("error.type", exception.GetType().FullName);
        activity.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
    }

    private static Activity? StartRoot(ActivitySource source, string name, ActivityKind kind)
    {
        var current = Activity.Current;
        Activity.Current = null;
        var started = source.StartActivity(name, kind);
        if (started is null) Activity.Current = current;
        return started;
    }
}
