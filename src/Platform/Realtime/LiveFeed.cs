using Microsoft.Extensions.Logging;

namespace Tideline.Platform.Realtime;

/// <summary>Where the hints of all processes arrive in this one; the gateway passes them on to open consoles.</summary>
public sealed class LiveFeed(ILogger<LiveFeed> log)
{
    internal const string Channel = "live";

    /// <summary>A hint has come. Raised on the listening thread: a subscriber must not wait in it.</summary>
    public event Action<LiveChange>? Changed;

    internal void Hear(string payload)
    {
        if (LiveChange.Parse(payload) is not { } change) return;
        try
        {
            Changed?.Invoke(change);
        }
#pragma warning disable CA1031 // A subscriber's failure must not take the listener with it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.LogWarning(e, "A subscriber to live hints failed");
        }
    }
}
