using System.Diagnostics.Metrics;
using Tideline.Notifications.Messages;

namespace Tideline.Notifications;

/// <summary>Metrics of the channels, under the name <c>Tideline.Notifications</c>.</summary>
internal static class NotificationsTelemetry
{
    private static readonly Meter Meter = new("Tideline.Notifications");

    private static readonly Counter<long> Messages = Meter.CreateCounter<long>(
        "tideline_messages_sent", "{message}", "Tries of messages that ended, by channel and outcome: sent, bounced, retry, failed, suppressed, cancelled, unknown.");

    private static readonly Histogram<double> Handover = Meter.CreateHistogram<double>(
        "tideline_mail_handover", "s", "Time that a provider took for the messages of one claim.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60, 600] });

    public static void Ended(string outcome, long count = 1)
    {
        if (count > 0) Messages.Add(count, new("channel", Message.Email), new("outcome", outcome));
    }

    public static void HandedOver(string provider, TimeSpan took) => Handover.Record(took.TotalSeconds, new KeyValuePair<string, object?>("provider", provider));
}
